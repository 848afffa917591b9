//! Cloudflare's `wirefilter-engine`: one compiled filter for each rule, asked in order.
//!
//! The engine has no index over filters and no effects: what is done with several of them is up to
//! the program, and asking one after the other is what it is made for. Here the filters that refuse
//! stand first, so that the first one that matches decides, and the rest need not be asked. In each
//! filter the path is compared first, because that rules out most. Countries are a set of byte
//! strings, which the engine compiles to a hash set. The execution context is made once; for each
//! request its three fields are set to borrowed texts.

use std::sync::OnceLock;

use roamgate::policy::Effect;
use wirefilter::{ExecutionContext, Filter, Scheme};

use super::Engine;
use crate::rules::{Asked, Rule, Side};

/// The filters, and the context they look at.
pub struct Wirefilter<'a> {
    filters: Vec<(Filter<'a>, Effect)>,
    context: ExecutionContext<'a>,
}

impl Wirefilter<'_> {
    /// Compiles the rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let scheme = scheme();
        let mut ordered: Vec<_> = rules.iter().collect();
        ordered.sort_by_key(|rule| std::cmp::Reverse(rule.effect));
        let filter =
            |rule: &&Rule| (scheme.parse(&expression(rule)).unwrap().compile(), rule.effect);
        let filters = ordered.iter().map(filter).collect();
        Self { filters, context: ExecutionContext::new(scheme) }
    }
}

fn scheme() -> &'static Scheme {
    static SCHEME: OnceLock<Scheme> = OnceLock::new();
    SCHEME.get_or_init(|| wirefilter::Scheme! { path: Bytes, status: Bytes, country: Bytes })
}

fn expression(rule: &Rule) -> String {
    let not = if rule.side == Side::Outside { "not " } else { "" };
    let codes: Vec<_> = rule.countries.iter().map(|it| format!("\"{it}\"")).collect();
    format!(
        "path == \"{}\" && (status == \"roaming\" && {not}country in {{{}}} || status == \"unknown\")",
        rule.path,
        codes.join(" ")
    )
}

impl<'a> Engine<'a> for Wirefilter<'a> {
    fn effect(&mut self, asked: &'a Asked) -> Effect {
        let Self { filters, context } = self;
        context.set_field_value("path", asked.path.as_str()).unwrap();
        context.set_field_value("status", asked.status).unwrap();
        context.set_field_value("country", asked.country).unwrap();
        let mut matching = filters.iter().filter(|(filter, _)| filter.execute(context).unwrap());
        matching.next().map_or(Effect::Allow, |(_, effect)| *effect)
    }
}

impl std::fmt::Debug for Wirefilter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wirefilter").field("filters", &self.filters.len()).finish_non_exhaustive()
    }
}
