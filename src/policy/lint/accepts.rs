//! What is accepted is left out; what is accepted and never found is W124.

use std::collections::{HashMap, HashSet};

use super::{Accept, Found, Given, Lints, codes, in_force};
use crate::document::{Finding, Place, Problem, Report};
use crate::policy::load::{File, RuleDraft};
use crate::policy::rule::Mode;

/// An accept: the position of its file, and its place.
type Mark = (usize, Place);

impl Lints {
    /// What is left of the findings, and the accepts that match none. The last step: only then
    /// has everything been found that may be accepted.
    pub(crate) fn finish(self, files: &[File], given: Given) -> Vec<Problem> {
        let rules: HashMap<&str, &RuleDraft> =
            files.iter().flat_map(|file| &file.rules).map(|rule| (&*rule.id, rule)).collect();
        let mut used = HashSet::new();
        let mut left = Vec::new();
        for Found { file, rule, is_told, finding } in self.found {
            let rule = rule.and_then(|id| rules.get(&*id));
            let of_rule = rule.map(|rule| &rule.remarks.accepts);
            let of_file = files.get(file).map(|file| &file.accepts);
            let accepts = of_rule.into_iter().chain(of_file).flatten();
            let accepts: Vec<_> = accepts.filter(|accept| accept.code == finding.code).collect();
            used.extend(accepts.iter().map(|accept| (file, accept.place)));
            let finding = unless_accepted(finding, &accepts, given).filter(|_| is_told);
            left.extend(finding.map(|finding| (file, finding)));
        }
        left.extend(idle(files, &used, given));
        let mut reports: Vec<_> = files.iter().map(|file| Report::new(&file.source)).collect();
        // The list of a condition is found once for each rule that names it.
        let mut told = HashSet::new();
        for (file, finding) in left {
            if told.insert((file, finding.clone()))
                && let Some(report) = reports.get_mut(file)
            {
                report.add(finding);
            }
        }
        reports.into_iter().flat_map(Report::finish).collect()
    }
}

/// The finding, unless an accept that is not over matches it.
fn unless_accepted(finding: Finding, accepts: &[&Accept], given: Given) -> Option<Finding> {
    let over = |accept: &&Accept| accept.until.clone().filter(|until| until.is_over(given.now));
    if accepts.iter().any(|accept| over(accept).is_none()) {
        return None;
    }
    Some(match accepts.first().and_then(over) {
        Some(until) => finding.further_help(&format!("it was accepted until {}", until.written)),
        None => finding,
    })
}

/// W124. Where a rule is not in force, most checks look away, and its accepts wait.
fn idle(files: &[File], used: &HashSet<Mark>, given: Given) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    for (at, file) in files.iter().enumerate().filter(|(_, file)| file.mode == Mode::Enforce) {
        let of_rules = in_force(file).flat_map(|rule| &rule.remarks.accepts);
        let is_idle = |accept: &&Accept| {
            !used.contains(&(at, accept.place)) && codes::is_judged(accept.code, given)
        };
        for accept in file.accepts.iter().chain(of_rules).filter(is_idle) {
            let message = format!("`{}` is accepted, and does not occur", accept.code);
            let help = "remove the accept, or it hides the next one";
            findings.push((at, Finding::warning("W124", accept.place, message).help(help)));
        }
    }
    findings
}
