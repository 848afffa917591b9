//! The table of the verbs of `line`: what each says of lines that are somewhere.

use roamgate::policy::{Policy, SourceFile};

use super::answers::hold;
use crate::guide_page::Page;

/// A line for each column, as cases write it. The list of every verb is `[GP, MQ]`.
const STATES: &[&str] =
    &["home:BR", "roaming:GP", "roaming:BR", "mcc:340", "roaming", "unknown:timeout"];

#[test]
fn the_table_of_verbs_says_what_the_verbs_say() {
    let page = Page::read("language.md");
    let table = page.text.split("<!-- verbs -->\n").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut held = 0;
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let policy = policy(cells[0].trim_matches('`'));
        // A verb that this build does not have, or that needs a fact of somebody's own.
        if Policy::check(&[SourceFile::new("guide.yaml", &policy)]).0.is_none() {
            continue;
        }
        let cases: Vec<_> =
            STATES.iter().zip(&cells[1..]).filter_map(|(state, cell)| case(state, cell)).collect();
        hold(&policy, &cases);
        held += cases.len();
    }
    assert!(held > 20, "the table has {held} plain cells");
}

/// A policy that refuses where the verb says yes, and challenges where it is undecided.
fn policy(verb: &str) -> String {
    let test = match verb.split_once(": ") {
        None => verb.to_owned(),
        Some((verb, value)) => format!("{{ {verb}: {} }}", value.replace("[‥]", "[GP, MQ]")),
    };
    format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: verbs, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: stepUp, stepUp: {{ acrValues: [a] }} }}\n\
         routes: {{ all: [{{ path: /all }}] }}\nrules:\n  - id: verb\n    description: d\n    \
         match: {{ routes: [all] }}\n    when: {{ line: {test} }}\n    effect: deny\n"
    )
}

/// What such a policy has to answer; none where the cell says more than a word.
fn case(state: &str, cell: &str) -> Option<String> {
    let effect = match cell {
        "yes" => "deny",
        "undecided" => "stepUp",
        "no" => "allow",
        _ => return None,
    };
    Some(format!("  - {{ name: {state:?}, route: all, line: {state:?}, expect: {effect} }}\n"))
}
