//! What tracing sees of a check: one span where a request waits, and nobody's number.

use roamgate::{CachedProvider, FixedProvider, Gate, Policy};

use crate::desk::{brazil, edition, line, pay};
use crate::log::Log;

#[tokio::test]
async fn a_miss_is_one_span_with_its_correlator_and_a_hit_is_none() {
    let log = Log::start();
    let provider = CachedProvider::new(FixedProvider::new().with(line(), brazil()));
    let gate = Gate::new(Policy::from_yaml("policy.yaml", &edition(1, 4)).unwrap(), provider);
    let decision = pay(&gate).await;
    let spans = log.spans();
    let [span] = &spans[..] else { panic!("{spans:?}") };
    let id = decision.id().to_string();
    for part in ["check route=\"pay\"", "effect=\"deny\"", "reason=\"\"", "x-correlator=", &id[..8]]
    {
        assert!(span.contains(part), "{part} is missing in {span}");
    }
    assert!(!span.contains("34600"), "{span}");

    pay(&gate).await;
    assert_eq!(log.spans(), Vec::<String>::new());
}
