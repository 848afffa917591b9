//! The difference of two policies: what moves, and that nothing else does.

use std::time::SystemTime;

use proptest::prelude::*;
use roamgate::policy::diff::{Diff, Direction};
use roamgate::policy::{Assurance, Effect, Policy, RequestClass, Target, line_states};
use roamgate::status::LineFacts;

use crate::generate::{config, policy};
use crate::model::PATHS;

const OLD: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: p, owner: o }
defaults: { unmatchedRoute: allow, onUnknown: stepUp, stepUp: { acrValues: ["sca", "mfa"], maxAge: 5m } }
routes:
  pay: [{ method: POST, path: "/pay" }, { method: POST, path: "/pay/{id}" }]
rules:
  - { id: outside, description: d, match: { routes: [pay] }, when: { line: { roamingOutside: [eea] } }, effect: deny }
"#;

fn diff(old: &str, new: &str) -> Diff {
    let [old, new] = [old, new].map(|text| Policy::from_yaml("p.yaml", text).unwrap());
    Diff::between(&old, &new, SystemTime::UNIX_EPOCH).unwrap()
}

/// `OLD` with one thing written otherwise.
fn edited(from: &str, to: &str) -> String {
    assert!(OLD.contains(from));
    OLD.replace(from, to)
}

/// Route, line, from, to, rule.
fn rows(diff: &Diff) -> Vec<String> {
    let row = |change: &roamgate::policy::diff::Change| {
        let [route, line, rule] =
            [&change.route, &change.line, &change.rule].map(|name| name.as_deref().unwrap_or("-"));
        format!("{route} {line} {} {} {rule}", change.from, change.to)
    };
    diff.changes().iter().map(row).collect()
}

#[test]
fn the_same_policy_has_no_difference() {
    assert_eq!(rows(&diff(OLD, OLD)), [""; 0]);
}

#[test]
fn who_moves_is_told_from_where_to_where_and_by_which_rule() {
    let new = edited("[eea]", "[eea, \"CH\"]");
    let found = diff(OLD, &new);
    assert_eq!(rows(&found), ["pay roaming:CH deny allow outside"]);
    assert_eq!((found.loosened(), found.tightened()), (1, 0));
    let back = diff(&new, OLD);
    assert_eq!(rows(&back), ["pay roaming:CH allow deny outside"]);
    assert_eq!((back.loosened(), back.tightened()), (0, 1));
}

#[test]
fn names_of_routes_rules_and_parameters_are_no_difference() {
    let new = OLD.replace("pay:", "money-out:").replace("[pay]", "[money-out]");
    let new = new.replace("outside", "beyond").replace("{id}", "{number}");
    assert_eq!(rows(&diff(OLD, &new)), [""; 0]);
}

#[test]
fn a_renamed_route_is_called_by_both_names() {
    let new = OLD.replace("pay:", "money-out:").replace("[pay]", "[money-out]");
    let found = diff(OLD, &new.replace("[eea]", "[eea, \"CH\"]"));
    let change = &found.changes()[0];
    assert_eq!(change.route.as_deref(), Some("money-out"));
    assert_eq!(change.route_before.as_deref(), Some("pay"));
}

#[test]
fn a_route_that_goes_frees_its_requests_and_one_that_comes_stops_them() {
    let less = edited("{ method: POST, path: \"/pay\" }, ", "");
    let states = line_states().count();
    let known = diff(OLD, &less);
    let freed = known.changes().iter().filter(|change| change.to == Effect::Allow).count();
    assert_eq!((freed, known.loosened(), known.tightened()), (freed, freed, 0));
    assert!(freed > 0 && freed < states);
    assert_eq!(diff(&less, OLD).tightened(), freed);
}

#[test]
fn a_method_more_is_a_difference_of_that_method_alone() {
    let more =
        edited("{ method: POST, path: \"/pay\" }", "{ method: [POST, PUT], path: \"/pay\" }");
    let found = diff(OLD, &more);
    assert!(found.loosened() == 0 && found.tightened() > 0);
    assert!(found.changes().iter().all(|change| change.from == Effect::Allow));
}

#[test]
fn requests_that_belong_to_no_route_are_one_point() {
    let found = diff(OLD, &edited("unmatchedRoute: allow", "unmatchedRoute: deny"));
    assert_eq!(rows(&found), ["- - allow deny -"]);
}

#[test]
fn another_step_up_is_a_difference_of_those_who_are_challenged() {
    let rows = [
        ("maxAge: 5m", "maxAge: 1d", Some(Direction::Loosened)),
        ("maxAge: 5m", "maxAge: 1m", Some(Direction::Tightened)),
        ("\"sca\", \"mfa\"", "\"mfa\", \"sca\"", None),
        ("\"sca\", \"mfa\"", "\"sca\"", Some(Direction::Tightened)),
        ("\"sca\", \"mfa\"", "\"sca\", \"mfa\", \"pwd\"", Some(Direction::Loosened)),
        // Some pass who did not, others no longer do: what matters is who passes.
        ("\"sca\", \"mfa\"", "\"sca\", \"pwd\"", Some(Direction::Loosened)),
    ];
    for (from, to, direction) in rows {
        let found = diff(OLD, &edited(from, to));
        let changes = found.changes().iter();
        let directions: Vec<_> = changes.clone().map(|change| change.direction).collect();
        assert!(directions.iter().all(|found| Some(*found) == direction), "{from} {to}");
        assert_eq!(directions.is_empty(), direction.is_none(), "{from} {to}");
        assert!(
            changes
                .clone()
                .all(|change| (change.from, change.to) == (Effect::StepUp, Effect::StepUp))
        );
    }
}

#[test]
fn shadow_rules_move_nobody() {
    let shadow = "effect: deny, mode: shadow, shadow: { until: 2027-01-01 } }";
    let [off, shadow] = [
        "effect: deny, mode: off, off: { until: 2027-01-01, ticket: T }".to_owned() + " }",
        shadow.to_owned(),
    ]
    .map(|mode| edited("effect: deny }", &mode));
    assert_eq!(rows(&diff(&off, &shadow)), [""; 0]);
    assert!(diff(OLD, &shadow).loosened() > 0);
}

fn decided(policy: &Policy, path: &str, line: LineFacts) -> (RequestClass, Effect) {
    let class = policy.classify(&Target::new("GET", path)).unwrap();
    (class, policy.decide(class, line, &Assurance::NONE).effect)
}

proptest! {
    #![proptest_config(config(4))]

    #[test]
    fn every_request_that_is_decided_otherwise_is_a_change(old in policy(), new in policy()) {
        let [old, new] = [old, new].map(|policy| policy.compile());
        let diff = Diff::between(&old, &new, SystemTime::UNIX_EPOCH).unwrap();
        let states = |path: &&str| {
            let class = |policy: &Policy| policy.classify(&Target::new("GET", path)).unwrap();
            let [old, new] = [old.line_states(class(&old)), new.line_states(class(&new))];
            if old.len() > new.len() { old } else { new }
        };
        for (path, (name, line)) in PATHS.iter().flat_map(|path| states(path).into_iter().map(move |line| (path, line))) {
            let ((_, from), (class, to)) = (decided(&old, path, line), decided(&new, path, line));
            // Another class may ask for the place of lines at home.
            let is_named = |told: &str| told == name || name == "home" && told.starts_with("home:");
            let told = diff.changes().iter().any(|change| {
                change.route.as_ref() == new.class_name(class)
                    && change.line.as_deref().is_some_and(is_named)
                    && (change.from, change.to) == (from, to)
            });
            prop_assert!(told || from == to, "{path} {name}: {from} to {to}");
        }
    }

    #[test]
    fn the_way_back_loosens_what_the_way_there_tightens(old in policy(), new in policy()) {
        let [old, new] = [old, new].map(|policy| policy.compile());
        let there = Diff::between(&old, &new, SystemTime::UNIX_EPOCH).unwrap();
        let back = Diff::between(&new, &old, SystemTime::UNIX_EPOCH).unwrap();
        let moved = |diff: &Diff, direction| {
            diff.changes().iter().filter(|change| change.from != change.to && change.direction == direction).count()
        };
        prop_assert_eq!(moved(&there, Direction::Loosened), moved(&back, Direction::Tightened));
        prop_assert_eq!(moved(&there, Direction::Tightened), moved(&back, Direction::Loosened));
    }
}

/// A rule over lines that are in this state.
fn of_lines(condition: &str) -> String {
    edited("{ roamingOutside: [eea] }", condition)
}

#[test]
fn roaming_in_the_country_of_ones_number_is_not_abroad() {
    let found = diff(&of_lines("abroad"), &of_lines("roaming"));
    let rows = rows(&found);
    assert!(rows.contains(&"pay roaming:BR allow deny outside".to_owned()), "{rows:?}");
    assert!((found.tightened() > 0, found.loosened()) == (true, 0));
    let moved = &found.moves()[0];
    assert_eq!(
        moved.depends_on.iter().map(|fact| &**fact).collect::<Vec<_>>(),
        ["line.numberCountry"]
    );
}

#[test]
fn a_change_beside_abroad_is_told_once_and_not_for_every_number() {
    let old = of_lines("abroad")
        + "  - { id: two, description: d, match: { routes: [pay] }, when: { line: home }, effect: deny }\n";
    let new = old.replace("when: { line: home }", "when: { line: { roamingIn: [\"mcc:901\"] } }");
    let rows = rows(&diff(&old, &new));
    assert!(rows.contains(&"pay home deny allow two".to_owned()), "{rows:?}");
    assert!(rows.len() <= 3, "{rows:?}");
}

#[test]
fn what_has_too_many_points_is_said_to_be_unknown() {
    let groups: Vec<_> = (0..16)
        .map(|at| {
            format!(
                "  - {{ id: r{at}, description: d, match: {{ routes: [pay], subject.id: {{ is: s{at} }} }}, \
                 when: {{ line: home }}, unless: {{ subject.groups: {{ containsAny: [g-{at}] }} }}, effect: deny }}\n"
            )
        })
        .collect();
    let old = OLD.to_owned() + &groups.concat();
    let found = diff(&old, &old.replace("s0", "s9"));
    let [(route, points)] = found.not_compared() else { panic!("one route is not compared") };
    assert_eq!((&**route, *points > 5_000_000, found.moves().len()), ("pay", true, 0));
}
