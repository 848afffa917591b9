//! `effect: annotate`: headers that tell the application where the line is, and decide nothing.
//!
//! Where the rule's `match` is false, it is not about the request and sets nothing. Else it sets one
//! of three sets of headers, by whether it fires, does not, or cannot be decided. Of several rules
//! that set the same header, the one with the smallest id does.

mod headers;
mod rule;

pub(crate) use headers::{Headers, Part, Template, Variable};
pub(crate) use rule::{Annotation, Annotator};

use std::collections::BTreeSet;
use std::sync::Arc;

use super::effect::Circumstances;
use super::freshness::Lookup;
use super::route::Class;
use super::{Policy, RequestClass};
use crate::status::LineFacts;

/// The headers that the annotate rules of a policy set on a request that goes on, and on the answer
/// to it. Names are in lower case.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Annotations(Option<Arc<Headers<String>>>);

/// All rules that annotate.
#[derive(Debug)]
pub(crate) struct Annotators {
    /// Sorted by id, which settles clashes.
    rules: Vec<Annotator>,
    /// The rules of each class, by its position. Rules that set nothing at the moment are left out.
    by_class: Vec<Vec<u32>>,
    request_headers: Vec<Arc<str>>,
    /// To some of them the country of the number matters.
    pub(crate) asks_for_number: bool,
}

impl Policy {
    /// What annotate rules add to a request of this class that goes on. They decide nothing.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::policy::{Assurance, Policy, Target};
    /// use roamgate::LineState;
    ///
    /// let policy = Policy::from_path("policies/video-quality.yaml")?;
    /// let video = policy.classify(&Target::new("GET", "/video/42")).unwrap();
    /// let annotations = policy.annotations(video, LineState::HOME, &Assurance::NONE);
    /// assert_eq!(annotations.request_headers().next(), Some(("x-line-state", "home")));
    /// assert!(annotations.response_headers().eq([("x-video-quality", "high")]));
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    #[must_use]
    pub fn annotations<'a>(
        &self,
        class: RequestClass,
        line: impl Into<LineFacts>,
        around: impl Into<Circumstances<'a>>,
    ) -> Annotations {
        let around = around.into();
        let line = line.into().with_number(around.facts);
        Annotations::of(self.annotators.of(class).filter_map(|it| it.chosen(line, &around)), line)
    }

    /// Is there a rule that annotates requests of this class?
    #[must_use]
    pub fn annotates(&self, class: RequestClass) -> bool {
        self.annotators.of(class).next().is_some()
    }

    /// What annotate rules ask of the line for such a request: nothing ([`Lookup::Never`]), what is
    /// at hand ([`Lookup::CachedOnly`]), or as much as rules that object ([`Lookup::Normal`]).
    #[must_use]
    pub fn annotations_lookup<'a>(
        &self,
        class: RequestClass,
        around: impl Into<Circumstances<'a>>,
    ) -> Lookup {
        let around = around.into();
        let lookups = self.annotators.of(class).map(|rule| rule.lookup(&around));
        lookups.max().unwrap_or(Lookup::Never)
    }

    /// The request headers that annotate rules name, in whatever mode, sorted. They are removed from
    /// every request that comes in, so that no client can write them.
    #[must_use]
    pub fn annotated_request_headers(&self) -> &[Arc<str>] {
        &self.annotators.request_headers
    }
}

impl Annotators {
    /// These rules, and the request headers that rules name in whatever mode.
    pub(crate) fn new(
        mut rules: Vec<Annotator>,
        classes: &[Class],
        request_headers: BTreeSet<Arc<str>>,
    ) -> Self {
        rules.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
        let of = |class: &Class| {
            let stands = |(_, rule): &(usize, &Annotator)| {
                rule.routes.iter().any(|route| class.routes.binary_search(route).is_ok())
            };
            rules.iter().enumerate().filter(stands).map(|(at, _)| at as u32).collect()
        };
        let by_class = classes.iter().map(of).collect();
        let asks_for_number = rules.iter().any(|annotator| annotator.rule.asks_for_number());
        let request_headers = request_headers.into_iter().collect();
        Self { rules, by_class, request_headers, asks_for_number }
    }

    /// The same, without the rules that ask for one of these facts. What they name stays theirs.
    pub(crate) fn without(&self, names: &[Arc<str>], classes: &[Class]) -> Self {
        let kept = self.rules.iter().filter(|annotator| !annotator.rule.reads(names)).cloned();
        Self::new(kept.collect(), classes, self.request_headers.iter().cloned().collect())
    }

    /// Sorted by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Annotator> + Clone {
        self.rules.iter()
    }

    /// The rules of a class that are not switched off, sorted by id.
    pub(crate) fn of(&self, class: RequestClass) -> impl Iterator<Item = &Annotator> {
        let positions = self.by_class.get(class.0 as usize).into_iter().flatten();
        positions.filter_map(|at| self.rules.get(*at as usize))
    }
}

impl Annotations {
    pub(crate) const NONE: Self = Self(None);

    /// Several sets in one, filled in for a line; of those that set the same header, the first does.
    fn of<'a>(sets: impl Iterator<Item = &'a Headers<Template>>, line: LineFacts) -> Self {
        let mut headers = Headers::default();
        sets.for_each(|set| headers.add(set, line.state));
        Self((headers != Headers::default()).then(|| Arc::new(headers)))
    }

    /// The headers of the request, sorted by name.
    pub fn request_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(self.0.iter().flat_map(|headers| &headers.request))
    }

    /// The headers of the answer, sorted by name.
    pub fn response_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(self.0.iter().flat_map(|headers| &headers.response))
    }

    /// Is nothing set?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

fn pairs<'a>(
    headers: impl Iterator<Item = (&'a Arc<str>, &'a String)>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    headers.map(|(name, value)| (&**name, value.as_str()))
}
