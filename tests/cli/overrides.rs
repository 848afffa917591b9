//! Overrides on the command line: checked, formatted, described, and seen by what decides.

use crate::command::{Files, roamgate};

const TONIGHT: &str = "apiVersion: roamgate/v1\nkind: Override\nmetadata: { name: tonight }\nfiles: [payments-eea]\n\
    set: off\nexpires: 2027-03-01T06:00:00Z\nticket: INC-1\napprovedBy: ciso   \n";

#[test]
fn an_override_is_checked_together_with_its_policies() {
    let files = Files::new();
    let tonight = files.add("tonight.yaml", TONIGHT);
    let check =
        |now| roamgate(&["check", "policies/payments-eea.yaml", &tonight, "--now", now]).code;
    assert_eq!(check("2027-03-01T05:00:00Z"), 0);
    assert_eq!(check("2027-02-27T05:00:00Z"), 3);
    let alone = roamgate(&["check", &tonight, "--now", "2027-03-01T05:00:00Z"]);
    assert!(alone.out.contains("help: check it together with the policies"), "{}", alone.out);
}

#[test]
fn what_is_explained_at_a_moment_knows_the_override_that_lives_then() {
    let files = Files::new();
    let tonight = files.add("tonight.yaml", TONIGHT);
    let explain = |now| {
        let policies = ["explain", "-p", "policies/payments-eea.yaml", &tonight, "--now", now];
        roamgate(&[&policies[..], &["--route", "payments", "--line", "roaming:BR"]].concat()).fine()
    };
    let told = explain("2027-03-01T05:59:59Z").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.starts_with("allow"), "{told}");
    assert!(told.contains("the override `tonight` switches it off"), "{told}");
    assert!(explain("2027-03-01T06:00:00Z").starts_with("deny"));
}

#[test]
fn its_form_is_described_and_kept() {
    assert!(roamgate(&["schema", "override"]).fine().contains("\"approvedBy\""));
    let files = Files::new();
    let tonight = files.add("tonight.yaml", TONIGHT);
    roamgate(&["fmt", &tonight]).fine();
    assert_eq!(std::fs::read_to_string(&tonight).unwrap(), TONIGHT.replace("ciso   ", "ciso"));
}
