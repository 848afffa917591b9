//! `roamgate diff`.

use serde_json::json;

use crate::command::{Files, json, roamgate};

const OLD: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: p, owner: o }
defaults: { unmatchedRoute: allow, onUnknown: { default: stepUp, outage: deny }, stepUp: { acrValues: ["sca"], maxAge: 5m } }
routes: { pay: [{ path: "/pay" }] }
rules:
  - { id: outside, description: d, match: { routes: [pay] }, when: { line: { roamingOutside: [eea, "CH"] } }, effect: deny }
"#;

/// What is said of `OLD` and the same with one thing written otherwise.
fn compared(from: &str, to: &str, arguments: &[&str]) -> (i32, String) {
    let files = Files::new();
    assert!(OLD.contains(from));
    let paths = [files.add("old.yaml", OLD), files.add("new.yaml", &OLD.replace(from, to))];
    let run = roamgate(&[&["diff", &paths[0], &paths[1]], arguments].concat());
    assert_eq!(run.err, "");
    (run.code, run.out)
}

fn told(from: &str, to: &str) -> String {
    let (code, text) = compared(from, to, &[]);
    assert_eq!(code, 0);
    text
}

#[test]
fn equal_policies_say_so() {
    let nothing = "nothing changes: every request is decided as before\n";
    assert_eq!(told("routes: { pay:", "routes: { pay:"), nothing);
}

#[test]
fn who_is_newly_denied_is_told_in_words() {
    let expected = "pay
  newly denied (allowed until now), because of outside
    roaming in CH

nothing is loosened; 1 point of the domain is tightened
";
    assert_eq!(told("[eea, \"CH\"]", "[eea]"), expected);
}

#[test]
fn what_is_loosened_comes_first_and_most_of_the_world_is_told_by_what_it_leaves_out() {
    let expected = "pay
  newly allowed (denied until now), because outside no longer objects
    roaming in any country but eea, BR, CH (218)
    network of several countries: 234, 310, 311, 313, 338, 340, 362, 425, … (10)
  newly denied (challenged until now), because of outside
    network of no country: 901

228 points of the domain are loosened, 1 point of the domain is tightened
";
    let new = "roamingIn: [\"BR\", \"mcc:901\"]";
    assert_eq!(told("roamingOutside: [eea, \"CH\"]", new), expected);
}

/// What `high-value-transfers` becomes with one thing written otherwise.
fn told_of_transfers(from: &str, to: &str) -> String {
    let text = include_str!("../../policies/high-value-transfers.yaml");
    assert!(text.contains(from));
    let files = Files::new();
    let new = files.add("new.yaml", &text.replace(from, to));
    roamgate(&["diff", "policies/high-value-transfers.yaml", &new]).fine()
}

#[test]
fn who_moves_with_which_facts_is_told_below_the_lines() {
    let expected = "transfers
  newly allowed (challenged until now), because transfer-roaming-medium no longer objects
    roaming, wherever
    unknown, for whatever reason
    where request.amountEur 200..300

1120 points of the domain are loosened; nothing is tightened
";
    assert_eq!(told_of_transfers("gte: 200", "gte: 300"), expected);
    let expected = "transfers
  newly denied (challenged until now), because of transfer-roaming-large
    roaming, wherever
    unknown, for whatever reason
    where request.amountEur >=10000 and subject.segment private
    or request.amountEur missing and subject.segment private

nothing is loosened; 560 points of the domain are tightened
";
    assert_eq!(told_of_transfers("in: [retail]", "in: [retail, private]"), expected);
}

#[test]
fn outages_have_their_names() {
    let expected = "pay
  newly challenged (denied until now), because outside no longer objects
    unknown: outage

6 points of the domain are loosened; nothing is tightened
";
    assert_eq!(told(", outage: deny }", " }"), expected);
}

#[test]
fn another_step_up_is_told_to_those_who_are_challenged() {
    let text = told("maxAge: 5m", "maxAge: 1d");
    let expected = "pay
  challenged more mildly: another step-up is enough, because of outside
    roaming, no country told
";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn requests_without_a_route_and_routes_of_another_name_are_told() {
    let files = Files::new();
    let old = files.add("old.yaml", OLD);
    let new =
        OLD.replace("unmatchedRoute: allow", "unmatchedRoute: deny").replace("\"CH\"", "\"GB\"");
    let new = files.add("new.yaml", &new.replace("pay:", "money:").replace("[pay]", "[money]"));
    let expected = "requests that belong to no route
  newly denied (allowed until now)
    any line, known or not

money  was pay
  newly allowed (denied until now), because outside no longer objects
    roaming in GB
";
    let text = roamgate(&["diff", &old, &new]).fine();
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn what_is_not_accepted_ends_with_six() {
    let (looser, tighter) =
        (("[eea, \"CH\"]", "[eea, \"CH\", \"GB\"]"), ("[eea, \"CH\"]", "[eea]"));
    let rows = [
        (looser, "none", 0),
        (looser, "loosened", 6),
        (looser, "changed", 6),
        (tighter, "none", 0),
        (tighter, "loosened", 0),
        (tighter, "changed", 6),
        (("pay", "pay"), "changed", 0),
    ];
    for ((from, to), what, code) in rows {
        assert_eq!(compared(from, to, &["--fail-on", what]).0, code, "{to} {what}");
    }
}

#[test]
fn json_has_a_change_for_each_point_and_null_for_what_is_absent() {
    let (code, text) = compared("[eea, \"CH\"]", "[eea]", &["--format", "json"]);
    let change = json!({ "route": "pay", "line": "roaming:CH", "facts": {}, "from": "allow", "to": "deny", "rule": "outside" });
    let expected = json!({ "changes": [change], "loosened": 0, "tightened": 1 });
    assert_eq!((code, json(&text)), (0, expected));
    let unmatched =
        compared("unmatchedRoute: allow", "unmatchedRoute: deny", &["--format", "json"]);
    let change = json!({ "route": null, "line": null, "facts": {}, "from": "allow", "to": "deny", "rule": null });
    assert_eq!(json(&unmatched.1)["changes"], json!([change]));
}

#[test]
fn folders_are_sets_and_broken_policies_end_the_command() {
    roamgate(&["diff", "policies", "policies", "--fail-on", "changed"]).fine();
    let files = Files::new();
    let broken = files.add("broken.yaml", &OLD.replace("[eea,", "[aee,"));
    let (code, told) = roamgate(&["diff", "policies", &broken]).refused();
    assert_eq!(code, 3);
    assert!(told.starts_with("error[E007]: there is no group `aee`\n"), "{told}");
    assert_eq!(roamgate(&["diff", "policies", "no/such.yaml"]).code, 1);
    assert_eq!(roamgate(&["diff", "policies"]).code, 2);
}
