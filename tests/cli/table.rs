//! `roamgate table`.

use serde_json::json;

use crate::command::{Files, MIXED, json, roamgate, roamgate_at};

#[test]
fn csv_has_the_header_of_the_contract_and_a_row_for_each_cell_sorted() {
    let text = roamgate(&["table", "policies/payments-eea.yaml", "--format", "csv"]).fine();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "route,line,effect,rule,reason");
    assert_eq!(lines.len(), 1 + roamgate::policy::line_states().count());
    assert!(lines[1..].is_sorted());
    for row in [
        "payments,home,allow,,",
        "payments,mcc:340,stepUp,payments-outside-eea,countryAmbiguous",
        "payments,roaming,stepUp,payments-outside-eea,countryUnresolved",
        "payments,roaming:BR,deny,payments-outside-eea,",
        "payments,roaming:DE,allow,,",
        "payments,unknown:timeout,stepUp,payments-outside-eea,timeout",
    ] {
        assert!(lines.contains(&row), "{row}");
    }
}

#[test]
fn csv_sorts_routes_before_lines() {
    let paths = ["policies/streaming.yaml", "policies/payments-eea.yaml"];
    let text = roamgate(&[&["table"], &paths[..], &["--format", "csv"]].concat()).fine();
    let states = roamgate::policy::line_states().count();
    let routes: Vec<_> = text.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(
        routes,
        ["admin", "catalogue", "payments", "playback"].map(|route| vec![route; states]).concat()
    );
}

#[test]
fn json_has_the_same_cells() {
    let files = Files::new();
    let path = files.add("json.yaml", MIXED);
    let answer =
        json(&roamgate(&["table", &path, "--format", "json", "--route", "payments"]).fine());
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), roamgate::policy::line_states().count());
    let home = json!({ "route": "payments", "line": "home", "facts": {}, "effect": "allow", "rule": null, "reason": null });
    assert_eq!(rows[0], home);
    assert!(answer["policyHash"].as_str().unwrap().starts_with("sha256:"));
}

#[test]
fn people_read_merged_rows_the_strictest_first() {
    let files = Files::new();
    let path = files.add("mixed.yaml", MIXED);
    let text = roamgate(&["table", &path]).fine();
    let (table, hash) = text.trim_end().rsplit_once('\n').unwrap();
    let expected = "  effect  line                                           rule (why undecided)

anything  decided without a lookup
  deny    any line, known or not

payments
  deny    roaming in KP                                  embargo
  stepUp  roaming, no country told                       embargo
          network of no country: 001, 902, 991, 999 (4)  (countryUnresolved)
  stepUp  roaming in GB                                  satellite
          network of no country: 901
  stepUp  network of several countries: 234              satellite
                                                         (countryAmbiguous)
  stepUp  unknown, for whatever reason                   embargo
  allow   home
          roaming in any other country (248)
          network of several countries: 310, 311, … (9)

requests that belong to no route: deny";
    assert_eq!(table, expected);
    assert!(hash.starts_with("sha256:"));
}

#[test]
fn combinations_of_facts_that_are_decided_alike_are_told_together() {
    let text = roamgate(&["table", "policies/high-value-transfers.yaml"]).fine();
    let (table, _) = text.split_once("  where request.amountEur missing").unwrap();
    let expected = "  effect  line                          rule (why undecided)

transfers
  where request.amountEur <200: decided without a lookup
  allow   any line, known or not

  where request.amountEur 200..10000 and subject.segment retail or missing
  or request.amountEur >=200 and subject.segment private or corporate
  stepUp  roaming, wherever             transfer-roaming-medium
          unknown, for whatever reason
  allow   home

  where request.amountEur >=10000 and subject.segment retail
  deny    roaming, wherever             transfer-roaming-large
          unknown, for whatever reason
  allow   home

  where request.amountEur >=10000 or missing and subject.segment missing
  or request.amountEur missing and subject.segment retail
  deny    roaming, wherever             transfer-roaming-large
                                        (missingAttribute)
  deny    unknown, for whatever reason  transfer-roaming-large
  allow   home

";
    assert_eq!(table, expected);
}

#[test]
fn a_fact_that_is_compared_with_the_line_is_named_and_not_spelled_out() {
    let text = roamgate(&["table", "policies/group-baseline.yaml"]).fine();
    let named =
        "  which of several answers it is depends on line.numberCountry,\n    request.ipCountry\n";
    assert!(text.contains(named), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_wider_terminal_shows_more_of_each_list() {
    let files = Files::new();
    let path = files.add("wide.yaml", MIXED);
    let text = roamgate_at(120, &["table", &path, "--route", "payments"]).fine();
    assert!(
        text.contains(
            "  network of several countries: 310, 311, 313, 338, 340, 362, 425, 505, 647 (9)\n"
        ),
        "{text}"
    );
    assert!(text.contains("  embargo (countryUnresolved)\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120));
}

#[test]
fn built_in_groups_are_called_by_their_names() {
    let text = roamgate(&["table", "policies"]).fine();
    assert!(text.contains("          roaming in eea, eu-outermost, CH (37)\n"), "{text}");
    assert!(text.contains("          roaming in eu, eu-outermost (33)\n"), "{text}");
    assert!(text.contains("unknown: outage, broken, consent,"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()),
        "{text}"
    );
}

#[test]
fn an_unknown_route_is_a_usage_error() {
    let told = "error: no route is named `admn`; did you mean `admin`?\n";
    assert_eq!(roamgate(&["table", "policies", "--route", "admn"]).refused(), (2, told.to_owned()));
}

#[test]
fn files_of_other_kinds_are_none_of_its_business() {
    let files = Files::new();
    let mixed = files.add("mixed.yaml", MIXED);
    files.add("mixed.test.yaml", "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\n");
    let aggregator = files.add("aggregator.yaml", "apiVersion: roamgate/v1\nkind: Aggregator\n");
    assert_eq!(roamgate(&["table", files.path()]).fine(), roamgate(&["table", &mixed]).fine());
    let told = format!("error: there is no policy in `{aggregator}`\n");
    assert_eq!(roamgate(&["table", &aggregator]).refused(), (3, told));
}
