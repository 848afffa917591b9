//! The results for people: a line for each file, and every failure with its grounds.

use roamgate::policy::RuleReport;
use roamgate::policy::suite::{
    Aspect, Coverage, CoverageKind, Gap, SuiteReport, TestKind, TestResult,
};

use super::Outcome;
use crate::check::counted;
use crate::explain::human::outcome as said;
use crate::paint::{BOLD, DIM, FAIL, PASS, paint};
use crate::screen::{self, row};

pub(super) fn tell(outcome: &Outcome, with_gaps: bool) -> String {
    let width = outcome.suites.iter().map(|suite| suite.file.chars().count()).max();
    let suites = outcome.suites.iter().map(|report| suite(report, width.unwrap_or_default()));
    let mut text: String = suites.collect();
    for (suite, test) in outcome.results().filter(|(_, test)| !test.is_ok()) {
        text += &failure(suite, test);
    }
    text += &format!("\n{}\n{}\n", verdict(outcome), paint(DIM, shares(&outcome.coverage)));
    match with_gaps {
        true => text + &gaps(&outcome.coverage),
        false => text,
    }
}

fn suite(report: &SuiteReport, width: usize) -> String {
    let is_ok = report.results.iter().all(TestResult::is_ok);
    let mark = if is_ok { paint(PASS, "ok    ") } else { paint(FAIL, "failed") };
    let kinds = [(TestKind::Case, "case"), (TestKind::Proof, "proof")];
    let counts = kinds.map(|(kind, noun)| (report.passed(kind), noun)).into_iter();
    let counts: Vec<_> = counts
        .filter(|((_, all), _)| *all > 0)
        .map(|((passed, all), noun)| match passed == all {
            true => counted(all, noun),
            false => format!("{passed} of {}", counted(all, noun)),
        })
        .collect();
    format!("{mark}  {:<width$}  {}\n", report.file, counts.join(", "))
}

fn failure(suite: &SuiteReport, test: &TestResult) -> String {
    let (line, column) = test.place;
    let mut text = format!("\n{}\n", paint(BOLD, &test.name));
    text += &format!("  {} {}:{line}:{column}\n", paint(DIM, "-->"), suite.file);
    if let Some((route, line)) = &test.asked {
        text += &row("asked", &format!("{route} with line {line}"));
    }
    if test.mistakes.iter().all(|mistake| mistake.aspect != Aspect::Effect) {
        text +=
            &test.got.map_or_else(String::new, |got| row("effect", &format!("{got}, as expected")));
    }
    for mistake in &test.mistakes {
        text += &row(mistake.aspect.name(), &mistake.message);
    }
    text += &test.grounds.iter().map(grounds).collect::<String>();
    match &test.counterexample {
        // A case is copied as it is: it is not wrapped.
        Some(case) => text + &format!("  as a case for this file:\n    {case}\n"),
        None => text,
    }
}

fn grounds(rule: &RuleReport) -> String {
    let heading = format!("{}: {}", rule.id, said(rule));
    let because = screen::wrapped(&rule.because, screen::width().saturating_sub(12));
    let because = because.iter().map(|line| format!("{:12}{}\n", "", paint(DIM, line)));
    row("because", &heading) + &because.collect::<String>()
}

fn verdict(outcome: &Outcome) -> String {
    let (all, failed) = (outcome.results().count(), outcome.failed());
    let files = counted(outcome.suites.len(), "file");
    match failed {
        0 => format!("{} in {files}", paint(PASS, format_args!("{all} passed"))),
        _ => {
            let failed = paint(FAIL, format_args!("{failed} failed"));
            format!("{failed}, {} passed in {files}", all - outcome.failed())
        }
    }
}

fn shares(coverage: &Coverage) -> String {
    let shares = CoverageKind::ALL.map(|kind| {
        let share = coverage.share(kind);
        format!("{} {} of {}", kind.name(), share.covered, share.total)
    });
    format!("the cases try: {}", shares.join(", "))
}

/// What no case tries, a line for each rule.
fn gaps(coverage: &Coverage) -> String {
    let mut text = String::new();
    for kind in CoverageKind::ALL {
        let gaps = coverage.gaps(kind);
        let by_rule = gaps.chunk_by(|a, b| a.rule == b.rule);
        for gaps in by_rule {
            let what: Vec<_> = gaps.iter().map(|gap| &*gap.what).collect();
            let rule = gaps.first().map(|gap: &Gap| &*gap.rule).unwrap_or_default();
            let prefix = if kind == CoverageKind::Reasons { "never undecided for " } else { "" };
            text += &row(kind.name(), &format!("{rule}: {prefix}{}", what.join(", ")));
        }
    }
    if text.is_empty() { text } else { format!("\n{}\n{text}", paint(BOLD, "what no case tries")) }
}
