//! `casbin`: one row for each rule, under the effect "refused if any row refuses".
//!
//! Casbin knows two answers, so the rows stand in two enforcers, those that refuse and those that ask
//! for a step-up, and the second is asked where the first has nothing against the request: every row
//! is looked at once at most, and the first that matches ends it. The matcher compares the path first,
//! because that rules out most; whether a country is in a list is a function in Rust, the fastest kind
//! there is. The matcher is compiled when the model is loaded. There is no index over rows.
//! `CachedEnforcer` is left out: it keeps answers.

use casbin::model::OperatorFunction;
use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use roamgate::policy::Effect;

use super::Engine;
use crate::rules::{Asked, Rule, Side};

const MODEL: &str = r#"
[request_definition]
r = path, status, country

[policy_definition]
p = path, side, countries, eft

[policy_effect]
e = !some(where (p.eft == deny))

[matchers]
m = r.path == p.path && (r.status == "unknown" || r.status == "roaming" && (listed(r.country, p.countries) == (p.side == "inside")))
"#;

/// One enforcer for each effect, the stricter one first.
pub struct Casbin([(Effect, Enforcer); 2]);

impl Casbin {
    /// Loads the rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let enforcer = |effect| (effect, runtime.block_on(enforcer(rules, effect)));
        Self([Effect::Deny, Effect::StepUp].map(enforcer))
    }
}

async fn enforcer(rules: &[Rule], effect: Effect) -> Enforcer {
    let model = DefaultModel::from_str(MODEL).await.unwrap();
    let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.unwrap();
    enforcer.add_function("listed", OperatorFunction::Arg2(listed));
    let rows: Vec<_> = rules.iter().filter(|rule| rule.effect == effect).map(row).collect();
    if !rows.is_empty() {
        enforcer.add_policies(rows).await.unwrap();
    }
    enforcer
}

fn row(rule: &Rule) -> Vec<String> {
    let side = match rule.side {
        Side::Inside => "inside",
        Side::Outside => "outside",
    };
    let codes: Vec<_> = rule.countries.iter().map(|country| country.code()).collect();
    vec![rule.path.clone(), side.to_owned(), codes.join(" "), "deny".to_owned()]
}

fn listed(country: Dynamic, countries: Dynamic) -> Dynamic {
    let [country, countries] =
        [country, countries].map(|text| text.into_immutable_string().unwrap());
    countries.contains(country.as_str()).into()
}

impl Engine<'_> for Casbin {
    fn effect(&mut self, asked: &Asked) -> Effect {
        let facts = || vec![asked.path.as_str(), asked.status, asked.country];
        let mut objecting = self.0.iter().filter(|(_, it)| !it.enforce(facts()).unwrap());
        objecting.next().map_or(Effect::Allow, |(effect, _)| *effect)
    }
}

impl std::fmt::Debug for Casbin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Casbin").finish_non_exhaustive()
    }
}
