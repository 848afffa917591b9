//! P10, Q15: under load, while policies are replaced without a pause, no answer is made of two.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use http::{Request, Response};
use roamgate::policy::PolicyHash;
use roamgate::{
    CachedProvider, Decision, FixedProvider, Policy, Query, RoamingLayer, RoamingProvider,
};
use tokio::time::Instant;
use tower::{Layer, ServiceExt};

use crate::desk::{brazil, keeps_pace, line, times};

/// A policy that says its edition in every way in which a policy can speak: who is refused is told, and
/// so is the application of who is not. What it tells stands in a header of its own.
fn speaking(edition: usize) -> Policy {
    let text = format!(
        r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: {{ name: speaking, owner: tests@bank.example }}
defaults: {{ unmatchedRoute: allow, onUnknown: deny }}
routes: {{ pay: [{{ path: /pay }}], see: [{{ path: /see }}] }}
rules:
  - id: refuse-{edition}
    match: {{ routes: [pay] }}
    when: {{ line: {{ roamingIn: ["BR"] }} }}
    effect: deny
    respond: {{ headers: {{ x-edition: "{edition}" }} }}
  - id: tell-{edition}
    match: {{ routes: [see] }}
    when: {{ line: abroad }}
    effect: annotate
    annotate:
      requestHeaders: {{ x-edition-{edition}: "{edition}" }}
      responseHeaders: {{ x-edition: "{edition}" }}
"#
    );
    Policy::from_yaml("policy.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

const EDITIONS: usize = 20;

/// Says in headers what the application was told, and by whom.
async fn echo(request: Request<()>) -> Result<Response<()>, Infallible> {
    let mut answer = Response::new(());
    let told = request.headers().keys().filter(|name| name.as_str().starts_with("x-edition-"));
    for name in told {
        answer.headers_mut().append("x-told", request.headers()[name].clone());
    }
    let decision = request.extensions().get::<Decision>().unwrap();
    answer.extensions_mut().insert(decision.clone());
    Ok(answer)
}

/// Is everything that the answer says of one edition, that of its policy?
fn is_of_one_policy(answer: &Response<()>, editions: &HashMap<PolicyHash, usize>) -> bool {
    let decision = answer.extensions().get::<Decision>().unwrap();
    let edition = editions[&decision.policy_hash()].to_string();
    let said = answer.headers().get_all("x-edition").iter().all(|said| *said == *edition);
    let told: Vec<_> = answer.headers().get_all("x-told").iter().collect();
    let told = match decision.rule() {
        Some(rule) => rule == format!("refuse-{edition}") && told.is_empty(),
        // The client sent this header for every edition: only that of the policy is removed and set.
        None => told.iter().filter(|told| ***told == *edition).count() == 1,
    };
    said && answer.headers().contains_key("x-edition") && told
}

fn request(count: usize) -> Request<()> {
    let path = if count.is_multiple_of(2) { "/pay" } else { "/see" };
    let request = Request::post(path).extension(line());
    let forged = |request: http::request::Builder, edition| {
        request.header(format!("x-edition-{edition}"), "forged")
    };
    (0..EDITIONS).fold(request, forged).body(()).unwrap()
}

/// Answers, and those of them that are made of two policies.
#[derive(Default)]
struct Load {
    answers: usize,
    mixed: usize,
}

/// A third of the load.
async fn load(layer: &RoamingLayer, editions: &HashMap<PolicyHash, usize>) -> Load {
    let service = layer.layer(tower::service_fn(echo));
    let (mut load, begun) = (Load::default(), Instant::now());
    let mut pace = tokio::time::interval(Duration::from_millis(3));
    let enough = if keeps_pace() { 100_000 } else { times(5_000) };
    while load.answers < enough || keeps_pace() && begun.elapsed() < MINUTE {
        if keeps_pace() {
            pace.tick().await;
        }
        for _ in 0..5 {
            let answer = service.clone().oneshot(request(load.answers)).await.unwrap();
            load.answers += 1;
            load.mixed += usize::from(!is_of_one_policy(&answer.map(drop), editions));
        }
    }
    load
}

const MINUTE: Duration = Duration::from_secs(60);

/// 300,000 answers with `ROAMGATE_CASES=20`; and with
/// `ROAMGATE_PACE=real` 20 replacements and 5,000 requests a second, for a minute.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn p10_no_answer_under_load_is_made_of_two_policies() {
    let policies: Vec<_> = (0..EDITIONS).map(|edition| Arc::new(speaking(edition))).collect();
    let editions: Arc<HashMap<_, _>> =
        Arc::new(policies.iter().enumerate().map(|(at, policy)| (policy.hash(), at)).collect());
    let provider = CachedProvider::new(FixedProvider::new().with(line(), brazil()));
    provider.roaming_status(&Query::new(line())).await.unwrap();
    let layer = RoamingLayer::new(Arc::clone(&policies[0]), provider);

    let (done, replaced) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let replacing = {
        let (gate, done, replaced) = (layer.gate(), Arc::clone(&done), Arc::clone(&replaced));
        thread::spawn(move || {
            let begun = Instant::now();
            for (count, policy) in (1..).zip(policies.iter().cycle()) {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                gate.replace(Arc::clone(policy), "the load").unwrap();
                replaced.fetch_add(1, Ordering::Relaxed);
                if keeps_pace() {
                    let due = begun + Duration::from_millis(50) * count;
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                }
            }
        })
    };
    let loads = (0..3).map(|_| {
        let (layer, editions) = (layer.clone(), Arc::clone(&editions));
        tokio::spawn(async move { load(&layer, &editions).await })
    });
    let mut all = Load::default();
    for load in loads.collect::<Vec<_>>() {
        let Load { answers, mixed } = load.await.unwrap();
        all = Load { answers: all.answers + answers, mixed: all.mixed + mixed };
    }
    done.store(true, Ordering::Relaxed);
    replacing.join().unwrap();
    println!("{} answers, {} of two policies, {replaced:?} replacements", all.answers, all.mixed);
    assert_eq!(all.mixed, 0);
    assert!(replaced.load(Ordering::Relaxed) > 20, "{replaced:?} times replaced");
}
