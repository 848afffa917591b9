//! What all commands share: help, exit codes, and that no number is printed.

use crate::command::roamgate;

#[test]
fn exit_codes_are_those_of_the_contract() {
    let rows: [(&[&str], i32); 9] = [
        (&["--version"], 0),
        (&["check", "--help"], 0),
        (&["check", "no/such.yaml"], 1),
        (&[], 2),
        (&["chek", "policies"], 2),
        (&["check"], 2),
        (&["explain", "-p", "policies", "--line", "home"], 2),
        (&["explain", "-p", "no/such.yaml", "--route", "payments", "--line", "nowhere"], 2),
        (&["check", "Cargo.toml"], 3),
    ];
    for (arguments, code) in rows {
        assert_eq!(roamgate(arguments).code, code, "{arguments:?}");
    }
}

#[test]
fn what_is_not_built_does_not_exist() {
    for command in ["serve", "bundle"] {
        let (code, told) = roamgate(&[command]).refused();
        assert_eq!(code, 2);
        assert!(told.starts_with(&format!("error: unrecognized subcommand '{command}'")), "{told}");
    }
}

#[test]
fn a_number_in_the_wrong_place_is_not_repeated() {
    let number = "+34600000001";
    let rows: [&[&str]; 4] = [
        &[number],
        &["explain", "-p", "policies", "--route", "payments", "--line", number],
        &["table", "policies", "--now", number],
        &["table", "policies", "--route", number],
    ];
    for arguments in rows {
        let (code, told) = roamgate(arguments).refused();
        assert_eq!(code, 2);
        assert!(!told.contains("34600") && told.contains("+…"), "{told}");
    }
    for line in ["ip:203.0.113.7:5060", "external:98@example.com"] {
        let state = ["explain", "-p", "policies", "--route", "payments", "--line", line];
        for arguments in [&["lookup", line, line][..], &state] {
            let (code, told) = roamgate(arguments).refused();
            assert_eq!(code, 2);
            assert!(!told.contains("203.0") && !told.contains("98@"), "{told}");
            assert!(told.contains("ip:…") || told.contains("external:…"), "{told}");
        }
    }
}
