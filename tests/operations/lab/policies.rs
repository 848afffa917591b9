//! The policies of a run: drawn, each with a freshness of its own, and kept as models too.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{RngSeed, TestRunner};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roamgate::Policy;
use roamgate::policy::{PolicyHash, SourceFile};

use crate::model;

/// A policy as the judge reads it.
pub(crate) struct Page {
    pub(crate) model: model::Policy,
    pub(crate) max_age: Duration,
    pub(crate) max_status_age: Option<Duration>,
    pub(crate) while_revalidating: Duration,
    pub(crate) if_error: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) is_cached_only: bool,
}

/// All policies of a run.
pub(crate) struct Book {
    pages: HashMap<PolicyHash, Page>,
    policies: Vec<Arc<Policy>>,
    current: usize,
}

impl Book {
    pub(super) fn draw(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let config = proptest::test_runner::Config {
            rng_seed: RngSeed::Fixed(seed),
            failure_persistence: None,
            ..Default::default()
        };
        let mut runner = TestRunner::new(config);
        let pages = (0..4).map(|_| {
            let model = crate::generate::policy().new_tree(&mut runner).unwrap().current();
            Page::draw(model, &mut random)
        });
        Self::of(pages.collect())
    }

    /// Of these, the first of which decides.
    pub(crate) fn of(pages: Vec<Page>) -> Self {
        let policies: Vec<_> = pages.iter().map(|page| Arc::new(page.compile())).collect();
        let hashes = policies.iter().map(|policy| policy.hash());
        Self { pages: hashes.zip(pages).collect(), policies, current: 0 }
    }

    pub(super) fn first(&self) -> Arc<Policy> {
        Arc::clone(&self.policies[0])
    }

    pub(super) fn turn_to(&mut self, random: &mut StdRng) -> Arc<Policy> {
        self.current = random.random_range(0..self.policies.len());
        Arc::clone(&self.policies[self.current])
    }

    /// The policy that decides at the moment.
    pub(super) fn hash(&self) -> PolicyHash {
        self.policies[self.current].hash()
    }

    pub(super) fn page(&self, hash: PolicyHash) -> &Page {
        &self.pages[&hash]
    }
}

impl Page {
    fn draw(model: model::Policy, random: &mut StdRng) -> Self {
        let seconds = Duration::from_secs;
        let mut of = |choices: [u64; 3]| choices[random.random_range(0..choices.len())];
        Self {
            model,
            max_age: seconds(of([20, 120, 300])),
            max_status_age: [Some(seconds(86_400)), Some(seconds(21_600)), None]
                [of([0, 1, 2]) as usize],
            while_revalidating: seconds(of([0, 60, 600])),
            if_error: seconds(of([0, 300, 3_600])),
            max_wait: Duration::from_millis(of([60, 250, 800])),
            is_cached_only: random.random_bool(0.15),
        }
    }

    fn compile(&self) -> Policy {
        let status_age =
            self.max_status_age.map_or("none".into(), |age| format!("{}s", age.as_secs()));
        let lookup = if self.is_cached_only { "cachedOnly" } else { "normal" };
        let settings: Vec<_> =
            model::ROUTES.iter().map(|route| format!("{route}: {{ lookup: {lookup} }}")).collect();
        let more = format!(
            "freshness: {{ maxAge: {}s, maxStatusAge: {status_age}, staleWhileRevalidate: {}s, staleIfError: {}s, \
             maxWait: {}ms }}\nrouteSettings: {{ {} }}\nroutes:",
            self.max_age.as_secs(),
            self.while_revalidating.as_secs(),
            self.if_error.as_secs(),
            self.max_wait.as_millis(),
            settings.join(", "),
        );
        let files = self.model.files.iter();
        let files: Vec<_> = files
            .map(|file| {
                SourceFile::new(&file.name, &file.to_string().replacen("routes:", &more, 1))
            })
            .collect();
        let (policy, problems) = Policy::check(&files);
        policy.unwrap_or_else(|| panic!("{problems}"))
    }
}
