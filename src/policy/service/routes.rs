//! W112: routes that one side has and the other lacks.

use super::Manifest;
use super::route::ServiceRoute;
use crate::document::{Finding, Problem, Report, nearest};
use crate::policy::load::{File, RouteEntry};
use crate::policy::rule::Mode;

impl Manifest {
    /// What files that are not switched off have, each with the position of its file, and the
    /// service lacks.
    pub(crate) fn lacks(&self, files: &[File]) -> Vec<(usize, Finding)> {
        let Some(routes) = &self.routes else { return Vec::new() };
        let lacking = |entry: &&RouteEntry| {
            !routes.iter().any(|route| route.meets(&entry.template, &entry.methods))
        };
        let found = entries(files).filter(|(_, entry)| lacking(entry));
        found.map(|(file, entry)| (file, lacked(entry, routes))).collect()
    }

    /// What the service has, and no such file matches.
    pub(crate) fn unmatched(&self, files: &[File]) -> Vec<Problem> {
        let routes = self.routes.iter().flatten();
        let is_matched = |route: &&ServiceRoute| {
            entries(files).any(|(_, entry)| route.meets(&entry.template, &entry.methods))
        };
        let mut report = Report::new(&self.source);
        for route in routes.filter(|route| !is_matched(route)) {
            let message = format!("no policy matches `{}`", route.text());
            let help = "name it in a policy's `routes`; or, where nobody has to be asked, let a policy accept it: `lint: [{ accept: W112, because: … }]`";
            report.add(Finding::warning("W112", route.place, message).help(help));
        }
        report.finish()
    }
}

fn entries(files: &[File]) -> impl Iterator<Item = (usize, &RouteEntry)> {
    let in_use = files.iter().enumerate().filter(|(_, file)| file.mode != Mode::Off);
    in_use.flat_map(|(at, file)| {
        file.routes.iter().flat_map(|route| &route.entries).map(move |entry| (at, entry))
    })
}

fn lacked(entry: &RouteEntry, routes: &[ServiceRoute]) -> Finding {
    let written = &entry.written;
    let other = routes.iter().find(|route| route.meets_path(&entry.template));
    let message = match other {
        Some(_) => format!("the service does not have `{written}` with this method"),
        None => format!("the service has no route `{written}`"),
    };
    let finding = Finding::warning("W112", entry.place, message);
    let targets = routes.iter().map(ServiceRoute::target);
    match (other, nearest(written, targets)) {
        (Some(route), _) => finding.help(format!("it has `{}`", route.text())),
        (None, Some(near)) => finding.did_you_mean(Some(near)),
        (None, None) => finding.help("correct it, or remove it: it protects nothing there"),
    }
}
