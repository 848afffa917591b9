//! The results for build servers, as JUnit writes them.

use roamgate::policy::suite::{SuiteReport, TestKind, TestResult};

use super::Outcome;

/// One suite for each test file, one test case for each case and proof.
pub(super) fn write(outcome: &Outcome) -> String {
    let (tests, failed) = (outcome.results().count(), outcome.failed());
    let suites: String = outcome.suites.iter().map(suite).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"roamgate\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

fn suite(report: &SuiteReport) -> String {
    let tests = report.results.len();
    let failed = report.results.iter().filter(|test| !test.is_ok()).count();
    let name = escaped(&report.name);
    let cases: String = report.results.iter().map(|test| case(report, test)).collect();
    format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">\n{cases}  </testsuite>\n"
    )
}

fn case(suite: &SuiteReport, test: &TestResult) -> String {
    let kind = match test.kind {
        TestKind::Proof => "forAll",
        _ => "cases",
    };
    let class = escaped(&format!("{}.{kind}", suite.name));
    let (name, file, line) = (escaped(&test.name), escaped(&suite.file), test.place.0);
    let head = format!(
        "    <testcase name=\"{name}\" classname=\"{class}\" file=\"{file}\" line=\"{line}\""
    );
    match test.is_ok() {
        true => format!("{head}/>\n"),
        false => format!("{head}>\n{}    </testcase>\n", failure(test)),
    }
}

fn failure(test: &TestResult) -> String {
    let messages: Vec<_> = test.mistakes.iter().map(|mistake| &*mistake.message).collect();
    let asked = test.asked.iter().map(|(route, line)| format!("route {route}, line {line}"));
    let grounds = test.grounds.iter().map(|rule| format!("{}: {}", rule.id, rule.because));
    let example = test.counterexample.iter().map(|case| format!("as a case: {case}"));
    let details: Vec<_> = asked.chain(grounds).chain(example).collect();
    let (message, details) = (escaped(&messages.join("; ")), escaped(&details.join("\n")));
    format!("      <failure message=\"{message}\">{details}</failure>\n")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for found in text.chars() {
        match found {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
