//! Which routes a request belongs to, and which paths are refused.

use proptest::prelude::*;
use proptest::sample::select;
use roamgate::policy::{Assurance, Effect, Policy, SourceFile, Target};
use roamgate::{LineState, UnknownReason};

use crate::generate::config;

/// A policy in which each route has a rule of its own, that denies whoever is at home.
pub(crate) fn policy(routes: &str) -> Policy {
    Policy::from_yaml("p.yaml", &text("p", "allow", routes)).unwrap()
}

/// `routes` has a route in each line; the rule `NAME` judges the route `NAME`.
pub(crate) fn text(name: &str, unmatched: &str, routes: &str) -> String {
    let names = routes.lines().filter_map(|line| line.trim().split_once(':')).map(|(name, _)| name);
    let rule = |route: &str| {
        format!(
            "  - {{ id: {name}-{route}, description: d, match: {{ routes: [{route}] }}, when: {{ line: home }}, effect: deny }}\n"
        )
    };
    let rules: String = names.map(rule).collect();
    let routes: String = routes.lines().map(|line| format!("  {}\n", line.trim())).collect();
    format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: {name}, owner: o }}\n\
         defaults: {{ unmatchedRoute: {unmatched}, onUnknown: deny }}\nroutes:\n{routes}rules:\n{rules}"
    )
}

/// The routes of a request, as the rules that judge it tell.
fn routes(policy: &Policy, target: &Target<'_>) -> String {
    let class = policy.classify(target).unwrap();
    let explained =
        policy.explain(class, LineState::Unknown(UnknownReason::Timeout), &Assurance::NONE);
    let names =
        explained.rules.iter().filter_map(|rule| rule.id.split_once('-')).map(|(_, route)| route);
    names.collect::<Vec<_>>().join(" ")
}

fn request<'a>(line: &'a str) -> Target<'a> {
    let (method, path) = line.split_once(' ').unwrap();
    Target::new(method, path)
}

fn hold(policy: &Policy, rows: &[(&str, &str)]) {
    for (line, expected) in rows {
        assert_eq!(routes(policy, &request(line)), *expected, "{line}");
    }
}

#[test]
fn a_request_belongs_to_every_route_with_a_matching_entry() {
    let policy = policy(
        r#"all: [{ path: "/{*rest}" }]
           any: [{ path: "/v1/{kind}/{id}" }]
           one: [{ path: "/v1/payments/{id}" }, { path: "/v2/payments" }]
           two: [{ path: "/v1/payments/new" }]"#,
    );
    hold(
        &policy,
        &[
            ("GET /", "all"),
            ("GET /v1/cards/7", "all any"),
            ("GET /v1/payments/7", "all any one"),
            ("GET /v1/payments/new", "all any one two"),
            ("GET /v1/payments/new/", "all any one two"),
            ("GET /v1/payments/New", "all any one"),
            ("GET /v1/payments/new/x", "all"),
            ("GET /v2/payments", "all one"),
            ("GET /v1/payments", "all"),
        ],
    );
}

#[test]
fn methods_are_lists_get_covers_head_and_options_must_be_named() {
    let policy = policy(
        r#"any: [{ path: /a }]
           get: [{ method: GET, path: /a }]
           many: [{ method: [POST, PUT], path: /a }]
           options: [{ method: OPTIONS, path: /a }]"#,
    );
    hold(
        &policy,
        &[
            ("GET /a", "any get"),
            ("HEAD /a", "any get"),
            ("POST /a", "any many"),
            ("PUT /a", "any many"),
            ("PATCH /a", "any"),
            ("PROPFIND /a", "any"),
            ("get /a", "any"),
            ("OPTIONS /a", "options"),
            ("OPTIONS /b", ""),
        ],
    );
}

#[test]
fn a_catch_all_includes_its_prefix() {
    let policy = policy(r#"admin: [{ path: "/admin/{*rest}" }]"#);
    hold(
        &policy,
        &[
            ("GET /admin", "admin"),
            ("GET /admin/", "admin"),
            ("DELETE /admin/users/7", "admin"),
            ("GET /administrator", ""),
            ("GET /", ""),
        ],
    );
}

#[test]
fn encodings_are_decoded_once_as_a_router_hands_them_to_a_parameter() {
    let policy = policy(
        r#"cafe: [{ path: "/café/a b" }]
           admin: [{ path: /admin }]
           plus: [{ path: "/a+b@c" }]"#,
    );
    hold(
        &policy,
        &[
            ("GET /%61dmin", "admin"),
            ("GET /%61%64%6D%69%6e", "admin"),
            ("GET /%2561dmin", ""),
            ("GET /ADMIN", ""),
            ("GET /caf%C3%A9/a%20b", "cafe"),
            ("GET /caf%c3%a9/a%20b", "cafe"),
            ("GET /café/a%20b", "cafe"),
            ("GET /a+b@c", "plus"),
            ("GET /a%2Bb%40c", "plus"),
        ],
    );
}

#[test]
fn a_grpc_call_is_a_post_for_its_method() {
    let policy = policy(
        r#"service: [{ grpc: "pkg.Service/*" }]
           create: [{ grpc: "pkg.Service/Create" }]
           health: [{ grpc: "grpc.health.v1.Health/Check" }]"#,
    );
    hold(
        &policy,
        &[
            ("POST /pkg.Service/Create", "create service"),
            ("POST /pkg.Service/Delete", "service"),
            ("POST /pkg.Service", ""),
            ("POST /pkg.Service/Create/x", ""),
            ("POST /pkg.service/Create", ""),
            ("GET /pkg.Service/Create", ""),
            ("POST /grpc.health.v1.Health/Check", "health"),
        ],
    );
}

/// Policies of several files: what one expects is expected, the strictest `unmatchedRoute` counts.
fn set(files: &[String]) -> Policy {
    let files: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(at, text)| SourceFile::new(&format!("{at}.yaml"), text))
        .collect();
    let (policy, problems) = Policy::check(&files);
    policy.unwrap_or_else(|| panic!("{problems}"))
}

fn effect(policy: &Policy, line: &str) -> Effect {
    let class = policy.classify(&request(line)).unwrap();
    policy.decide(class, LineState::roaming(Default::default()), &Assurance::NONE).effect
}

#[test]
fn what_only_a_root_catch_all_matches_is_unmatched_and_judged_by_its_rules() {
    let policy = Policy::from_yaml(
        "p.yaml",
        &text("p", "deny", "all: [{ path: \"/{*rest}\" }]\npay: [{ path: /pay }]"),
    )
    .unwrap();
    hold(&policy, &[("GET /elsewhere", "all"), ("GET /pay", "all pay")]);
    assert_eq!(effect(&policy, "GET /elsewhere"), Effect::Deny);
    assert_eq!(effect(&policy, "GET /pay"), Effect::Allow);
    let verdict = policy.decide_without_line(
        policy.classify(&request("GET /elsewhere")).unwrap(),
        &Assurance::NONE,
    );
    assert_eq!((verdict.effect, &verdict.rule), (Effect::Deny, &None));
}

#[test]
fn a_catch_all_below_a_prefix_is_an_expected_route() {
    let policy =
        Policy::from_yaml("p.yaml", &text("p", "deny", "api: [{ path: \"/api/{*rest}\" }]"))
            .unwrap();
    assert_eq!(effect(&policy, "GET /api/x"), Effect::Allow);
    assert_eq!(effect(&policy, "GET /x"), Effect::Deny);
}

#[test]
fn several_files_are_one_set() {
    let (a, b) = (
        text("a", "allow", "pay: [{ path: /pay }]"),
        text("b", "deny", "pay: [{ path: /v2/pay }]\nall: [{ path: \"/{*rest}\" }]"),
    );
    let policy = set(&[a, b]);
    assert_eq!(effect(&policy, "GET /elsewhere"), Effect::Deny, "the strictest unmatchedRoute");
    assert_eq!(effect(&policy, "GET /pay"), Effect::Allow, "one file expects it");
    hold(&policy, &[("GET /pay", "pay all"), ("GET /v2/pay", "all pay")]);
}

#[test]
fn a_file_that_is_not_enforced_makes_nothing_expected() {
    let enforced = text("a", "deny", "pay: [{ path: /pay }]");
    for mode in ["shadow", "off"] {
        let added = format!("{}mode: {mode}\n", text("b", "allow", "admin: [{ path: /admin }]"));
        let policy = set(&[enforced.clone(), added]);
        assert_eq!(effect(&policy, "GET /admin"), Effect::Deny, "{mode}");
        assert_eq!(effect(&policy, "GET /pay"), Effect::Allow, "{mode}");
    }
    let closed = format!("{}mode: off\n", text("b", "deny", "admin: [{ path: /admin }]"));
    assert_eq!(
        effect(&set(&[text("a", "allow", "pay: [{ path: /pay }]"), closed]), "GET /x"),
        Effect::Allow
    );
}

#[test]
fn classes_are_named_after_their_most_specific_route() {
    let policy = policy(
        r#"all: [{ path: "/{*rest}" }]
           any: [{ path: "/a/{x}" }]
           get: [{ method: GET, path: "/a/{x}" }]
           one: [{ path: /a/one }]"#,
    );
    let name = |line: &str| {
        policy.class_name(policy.classify(&request(line)).unwrap()).map(|name| name.to_string())
    };
    assert_eq!(name("GET /elsewhere").as_deref(), Some("all"));
    assert_eq!(name("POST /a/x").as_deref(), Some("any"));
    assert_eq!(name("GET /a/x").as_deref(), Some("get"));
    assert_eq!(name("POST /a/one").as_deref(), Some("one"));
    assert_eq!(name("GET /a/one").as_deref(), Some("one#2"));
    assert_eq!(name("OPTIONS /a/one"), None);
    let names: Vec<_> =
        policy.classes().into_iter().filter_map(|class| policy.class_name(class)).collect();
    assert_eq!(
        names.iter().map(|name| name.as_ref()).collect::<Vec<_>>(),
        ["all", "any", "get", "one", "one#2"]
    );
}

/// A template as the specification reads it.
fn matches(template: &str, path: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        text.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (template, path) = (split(template), split(path));
    let rest = template.last().is_some_and(|last| last.starts_with("{*"));
    let fixed = template.len() - usize::from(rest);
    let lengths = if rest { path.len() >= fixed } else { path.len() == fixed };
    lengths
        && template
            .iter()
            .take(fixed)
            .zip(&path)
            .all(|(part, segment)| part.starts_with('{') || part == segment)
}

fn template() -> impl Strategy<Value = String> {
    let segment = select(vec!["a", "b", "c", "{x}", "{y}"]);
    let segments = proptest::collection::vec(segment, 0..4);
    (segments, any::<bool>()).prop_map(|(segments, rest)| {
        let end = if rest { vec!["{*rest}"] } else { Vec::new() };
        format!("/{}", segments.into_iter().chain(end).collect::<Vec<_>>().join("/"))
    })
}

fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(vec!["a", "b", "c", "d"]), 0..5)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn the_routes_are_those_that_each_template_alone_says(
        templates in proptest::collection::vec(template(), 1..7), paths in proptest::collection::vec(path(), 20),
    ) {
        let lines: Vec<_> = templates.iter().enumerate().map(|(at, of)| format!("r{at}: [{{ path: \"{of}\" }}]")).collect();
        let policy = policy(&lines.join("\n"));
        for path in paths {
            let expected: Vec<_> = (0..templates.len()).filter(|at| matches(&templates[*at], &path)).map(|at| format!("r{at}")).collect();
            prop_assert_eq!(routes(&policy, &Target::new("GET", &path)), expected.join(" "), "{} {:?}", path, templates);
        }
    }

    #[test]
    fn where_matchit_takes_the_templates_it_finds_one_of_ours(
        templates in proptest::collection::vec(template(), 1..7), paths in proptest::collection::vec(path(), 20),
    ) {
        let mut router = matchit::Router::new();
        let mut lines = Vec::new();
        for (at, template) in templates.iter().enumerate() {
            if router.insert(template, at).is_ok() {
                lines.push(format!("r{at}: [{{ path: \"{template}\" }}]"));
            }
        }
        let policy = policy(&lines.join("\n"));
        for path in paths {
            let ours = routes(&policy, &Target::new("GET", &path));
            let of_rest = |at: &usize| templates[*at].ends_with("{*rest}");
            match router.at(&path) {
                Ok(found) => prop_assert!(ours.split(' ').any(|route| route == format!("r{}", found.value)), "{} {}", path, ours),
                // matchit wants something behind the prefix of a catch-all, and we do not.
                Err(_) => prop_assert!(ours.split(' ').filter_map(|route| route.strip_prefix('r')?.parse().ok()).all(|at| of_rest(&at)), "{} {}", path, ours),
            }
        }
    }
}
