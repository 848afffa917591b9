//! The tables of answers: what each customer sees under the policy above.

use std::time::SystemTime;

use roamgate::policy::suite::Suite;
use roamgate::policy::{Policy, SourceFile};

use super::{PAGES, is_complete};
use crate::guide_page::Page;

#[test]
fn what_each_customer_sees_is_what_the_policy_decides() {
    let mut held = 0;
    for name in PAGES {
        let page = Page::read(name);
        let policies: Vec<_> = page.blocks().into_iter().filter(is_complete).collect();
        for (at, block) in policies.iter().enumerate().filter(|(_, block)| !block.is("later")) {
            let end = policies.get(at + 1).map_or(page.text.len(), |next| next.start);
            let cases = cases(&page.text[block.start + block.text.len()..end]);
            if !cases.is_empty() {
                hold(&block.text, &cases);
                held += cases.len();
            }
        }
    }
    assert!(held > 10, "the guide has {held} rows of answers");
}

/// Every case holds under the policy.
pub(super) fn hold(policy: &str, cases: &[String]) {
    let policy = Policy::from_yaml("guide.yaml", policy).unwrap();
    let head = "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: { name: guide, policies: [guide.yaml] }\ncases:\n";
    let text = format!("{head}{}", cases.concat());
    let suite = Suite::read(&SourceFile::new("guide.test.yaml", &text)).unwrap();
    let report = suite.run(&policy, suite.now().unwrap_or(SystemTime::UNIX_EPOCH)).unwrap();
    let failed = report.results.iter().filter(|result| !result.is_ok());
    let failed: Vec<_> = failed.map(|result| (&result.name, &result.mistakes)).collect();
    assert!(failed.is_empty(), "{failed:?}\n{text}");
}

/// The rows of the tables with the columns `line` and `answer`, as cases. The columns `route` and
/// `set` are taken over; the answer is the first word in backticks.
fn cases(text: &str) -> Vec<String> {
    let mut columns: Vec<&str> = Vec::new();
    let mut cases = Vec::new();
    for line in text.lines() {
        let Some(row) = line.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")) else {
            if !line.starts_with('|') {
                columns.clear();
            }
            continue;
        };
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        if columns.is_empty() {
            columns = cells;
        } else if columns.contains(&"answer") {
            cases.push(case(&columns, &cells));
        }
    }
    cases
}

fn case(columns: &[&str], cells: &[&str]) -> String {
    let cell = |name: &str| {
        let at = columns.iter().position(|column| *column == name);
        at.and_then(|at| cells.get(at)).copied().unwrap_or_default()
    };
    let word = |name| cell(name).split('`').nth(1).unwrap_or(cell(name));
    let set = Some(word("set")).filter(|set| !set.is_empty());
    let set = set.map(|set| format!(", set: {{ {set} }}")).unwrap_or_default();
    let [name, route, line, answer] =
        [cell(columns[0]), word("route"), word("line"), word("answer")];
    format!("  - {{ name: {name:?}, route: {route}, line: {line:?}, expect: {answer}{set} }}\n")
}
