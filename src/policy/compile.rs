//! From loaded files to a compiled [`Policy`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use super::annotate::{Annotator, Annotators};
use super::asking::{Askers, Asking, Clash, ClassAsking};
use super::document::PolicyDocument;
use super::effect::Effect;
use super::error::PolicyError;
use super::fact::Fact;
use super::files::{FileKind, SourceFile};
use super::freshness::Lookup;
use super::hash::{FileHash, PolicyHash};
use super::lint::{Given, Lints};
use super::load::{self, File, Loaded, OverrideDraft, RuleDraft};
use super::recording::{self, Recording};
use super::route::{Automaton, Class, Classes, Entry};
use super::rule::{Mode, Rule};
use super::service::{Manifest, Needs};
use super::table::Table;
use super::{Judged, Override, Policy, Review};
use crate::document::{Finding, Place, Problems, Report, Severity};

/// How closely files are looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Depth<'a> {
    /// As a service does that starts: what every file says by itself. An override must end within
    /// a day of this moment, if there is one.
    Load(Option<SystemTime>),
    /// As an author does: every point of the domain too, and what the review was given.
    Review(Review<'a>),
}

impl<'a> Depth<'a> {
    fn review(self) -> Option<Review<'a>> {
        match self {
            Self::Load(_) => None,
            Self::Review(review) => Some(review),
        }
    }

    fn now(self) -> Option<SystemTime> {
        self.review().map(|review| review.now)
    }

    /// The moment by which overrides are judged.
    fn moment(self) -> Option<SystemTime> {
        match self {
            Self::Load(now) => now,
            Self::Review(review) => Some(review.now),
        }
    }

    fn service(self) -> Option<&'a Manifest> {
        self.review().and_then(|review| review.service)
    }
}

/// Compiles the policies among the files as one set; the problems of all of them, errors and
/// warnings alike.
pub(crate) fn check(files: &[SourceFile], depth: Depth<'_>) -> (Option<Policy>, Problems) {
    let (mut policy, mut problems) = try_compile(files, depth);
    let names: Vec<_> = files.iter().map(|file| &file.name).collect();
    // A manifest that is not among them comes last.
    let rank =
        |name: &Arc<str>| names.iter().position(|other| *other == name).unwrap_or(names.len());
    problems.sort_by_place(rank);
    if let Some(policy) = &mut policy {
        policy.warnings = problems.clone();
    }
    (policy, problems)
}

fn try_compile(files: &[SourceFile], depth: Depth<'_>) -> (Option<Policy>, Problems) {
    let [policies, overrides] = [FileKind::Policy, FileKind::Override].map(|kind| {
        files.iter().filter(|file| file.kind == kind).map(SourceFile::source).collect::<Vec<_>>()
    });
    let Loaded { files, overrides, mut problems } =
        load::load(&policies, &overrides, depth.moment());
    let log = depth.review().and_then(|review| review.log);
    let mut lints = Lints::of(&files, depth.now(), log);
    let is_whole = problems.count(Severity::Error) == 0;
    let service = depth.service();
    problems.extend(service.iter().flat_map(|service| Needs::of(&files).unmet(service)));
    // The routes of a file that is refused are missing.
    let service = service.filter(|service| is_whole && service.has_routes());
    problems.extend(service.iter().flat_map(|it| lints.compare_routes(&files, it, depth.now())));
    let mut policy = match problems.count(Severity::Error) == 0 && !files.is_empty() {
        true => compile(&files, &overrides).map_err(|found| problems.extend(found)).ok(),
        false => None,
    };
    let review = depth.review().filter(|_| policy.is_some());
    if let (Some(policy), Some(review)) = (&mut policy, review) {
        policy.is_unsurveyed = !lints.of_decisions(&files, policy, review);
    }
    let given = Given {
        now: depth.now(),
        is_compiled: review.is_some(),
        is_surveyed: policy.as_ref().is_none_or(|policy| !policy.is_unsurveyed),
        has_routes: service.is_some(),
        has_tests: review.is_some_and(|review| review.tests.is_some()),
        has_log: log.is_some(),
    };
    problems.extend(lints.finish(&files, given));
    (policy, problems)
}

/// Compiles or refuses.
pub(crate) fn policy(files: &[SourceFile], now: Option<SystemTime>) -> Result<Policy, PolicyError> {
    match check(files, Depth::Load(now)) {
        (Some(policy), _) => Ok(policy),
        (None, problems) if problems.is_empty() => Err(PolicyError::no_policy()),
        (None, problems) => Err(PolicyError::problems_found(problems)),
    }
}

/// Routes and rules of all files, under numbers that hold for the set.
#[derive(Default)]
struct Merged {
    route_names: Vec<Arc<str>>,
    /// For each route, the position of its file, and how it asks about lines.
    route_files: Vec<usize>,
    askings: Vec<Asking>,
    entries: Vec<Entry>,
    rules: Vec<Rule>,
    annotators: Vec<Annotator>,
    /// For each rule, where it stands in its file, and which routes it judges.
    places: Vec<Place>,
    stands: Vec<Vec<usize>>,
}

fn compile(
    files: &[File],
    overrides: &[OverrideDraft],
) -> Result<Policy, Vec<crate::document::Problem>> {
    let merged = merge(files);
    let deny_unmatched =
        files.iter().any(|file| file.unmatched == Effect::Deny && file.mode == Mode::Enforce);
    let mut classes = Classes::new(&merged.route_names);
    let Some(automaton) = Automaton::build(&merged.entries, &mut classes) else {
        return Err(too_many_templates(files));
    };
    let classes = classes.finish();
    let judged = judged(&merged, deny_unmatched);
    let judging = judging(&merged.stands);
    let rules_of = |class: &Class| rules_of(class, &judging);
    let table = Table::compile(&merged.rules, &classes, rules_of, deny_unmatched);
    if let Some(rule) = table.impossible_step_up() {
        return Err(impossible_step_up(files, &merged, rule));
    }
    let askings =
        askings(&classes, &merged).map_err(|clash| two_purposes(files, &merged, &clash))?;
    let file_hashes: Vec<_> = files.iter().map(|file| FileHash::of(&file.source)).collect();
    let editions = files.iter().map(|file| file.edition);
    Ok(Policy {
        recording: Recording::of(classes.len()),
        routing: recording::routing(&merged.route_names, &merged.entries),
        annotators: Annotators::new(merged.annotators, &classes, annotated_headers(files)),
        stands: merged.stands,
        route_askings: merged.askings,
        answers: files.iter().map(|file| file.answers).collect(),
        facts: facts(files),
        hash: PolicyHash::of(
            file_hashes.iter().copied().chain(overrides.iter().map(|it| FileHash::of(&it.source))),
            editions,
        ),
        file_hashes,
        rules: merged.rules,
        entries: merged.entries,
        automaton,
        classes,
        route_names: merged.route_names,
        table,
        askings,
        judged,
        warnings: Problems::default(),
        is_unsurveyed: false,
        documents: files.iter().map(PolicyDocument::of).collect(),
        overrides: overrides.iter().map(|draft| Override::of(draft, files)).collect(),
        needs: Arc::new(Needs::of(files)),
    })
}

/// What is declared, and what the conditions ask for beside; sorted by name.
fn facts(files: &[File]) -> Vec<Arc<Fact>> {
    let all = files.iter().flat_map(|file| &file.facts);
    let used = all.filter(|declared| declared.is_used || declared.place.is_some());
    let facts: BTreeMap<_, _> =
        used.map(|declared| (&declared.fact.name, Arc::clone(&declared.fact))).collect();
    facts.into_values().collect()
}

fn merge(files: &[File]) -> Merged {
    let mut merged = Merged::default();
    let mut rules = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let first = merged.route_names.len();
        for (at, route) in file.routes.iter().enumerate() {
            merged.route_names.push(Arc::clone(&route.name));
            merged.route_files.push(number);
            merged.entries.extend(route.entries.iter().map(|entry| Entry {
                route: first + at,
                template: entry.template.clone(),
                methods: entry.methods.clone(),
                is_enforced: file.mode == Mode::Enforce,
            }));
        }
        merged.askings.extend_from_slice(&file.askings);
        for draft in file.rules.iter().filter(|draft| draft.mode != Mode::Off) {
            let routes = draft.routes.iter().filter(|at| stands_on(draft, file, **at));
            let routes = routes.map(|at| first + at).collect();
            let rule = rule(draft, number);
            match draft.annotation.clone() {
                Some(annotation) => merged.annotators.push(Annotator { rule, annotation, routes }),
                None => rules.push((rule, draft.place, routes)),
            }
        }
    }
    // Positions are then in the order of the ids, which breaks ties.
    rules.sort_by(|a: &(Rule, Place, Vec<usize>), b| a.0.id.cmp(&b.0.id));
    for (rule, place, routes) in rules {
        merged.rules.push(rule);
        merged.places.push(place);
        merged.stands.push(routes);
    }
    merged
}

/// A lookup that is a mere prefetch decides nothing: rules that object by the line do not stand
/// there.
fn stands_on(draft: &RuleDraft, file: &File, route: usize) -> bool {
    let is_prefetch = |asking: &Asking| asking.lookup == Lookup::Prefetch;
    !draft.needs_line()
        || draft.annotation.is_some()
        || !file.askings.get(route).is_some_and(is_prefetch)
}

fn rule(draft: &load::RuleDraft, file: usize) -> Rule {
    Rule {
        id: Arc::clone(&draft.id),
        file,
        matching: draft.matching.clone(),
        polarity: draft.polarity,
        condition: draft.condition.clone(),
        unless: draft.unless.clone(),
        on_unknown: draft.on_unknown,
        mode: draft.mode,
        sample: draft.sample.percent,
        rollout: draft.rollout.clone(),
        reductions: draft.reductions.clone(),
        overridings: draft.overridings.clone(),
        challenge: draft.challenge.clone(),
        respond: draft.respond.clone(),
    }
}

/// The request headers that rules name, in whatever mode.
fn annotated_headers(files: &[File]) -> BTreeSet<Arc<str>> {
    let annotations =
        files.iter().flat_map(|file| &file.rules).filter_map(|rule| rule.annotation.as_ref());
    annotations.flat_map(|it| it.sets()).flat_map(|set| set.request.keys().cloned()).collect()
}

/// For each route, the rules that judge it.
pub(super) fn judging(stands: &[Vec<usize>]) -> HashMap<usize, Vec<u32>> {
    let mut judging: HashMap<usize, Vec<u32>> = HashMap::new();
    for (rule, routes) in (0..).zip(stands) {
        for route in routes {
            judging.entry(*route).or_default().push(rule);
        }
    }
    judging
}

/// The rules that judge some route of a class, by their positions.
pub(super) fn rules_of(class: &Class, judging: &HashMap<usize, Vec<u32>>) -> Vec<u32> {
    let rules = class.routes.iter().filter_map(|route| judging.get(route)).flatten();
    let mut rules: Vec<_> = rules.copied().collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The routes where some of these rules, if it is in force, asks about the line.
pub(super) fn askers<'a>(
    rules: impl Iterator<Item = (&'a Rule, &'a Vec<usize>)>,
    annotators: impl IntoIterator<Item = &'a Annotator>,
) -> Askers {
    let needs_line =
        |(rule, _): &(&Rule, _)| rule.mode == Mode::Enforce && rule.line_tests().next().is_some();
    let needing = rules.filter(needs_line).flat_map(|(_, routes)| routes.iter().copied()).collect();
    let mut askers = Askers { needing, ..Askers::default() };
    for annotator in annotators {
        match annotator.lookup_at_most() {
            Lookup::Normal => askers.needing.extend(&annotator.routes),
            Lookup::CachedOnly => askers.noting.extend(&annotator.routes),
            Lookup::Prefetch | Lookup::Never => {}
        }
    }
    askers
}

fn askings(classes: &[Class], merged: &Merged) -> Result<Vec<ClassAsking>, Clash> {
    let routes_of = |counts: fn(&Rule) -> bool| -> HashSet<usize> {
        let rules = merged.rules.iter().zip(&merged.stands).filter(|(rule, _)| counts(rule));
        rules.flat_map(|(_, routes)| routes.iter().copied()).collect()
    };
    let in_force = askers(merged.rules.iter().zip(&merged.stands), &merged.annotators);
    let needing = routes_of(|rule| rule.runs_as_shadow() && rule.needs_line());
    let of_shadow = Askers { needing, ..Askers::default() };
    let shadowed = routes_of(Rule::runs_as_shadow);
    let asking = |class: &Class| {
        let asking = ClassAsking::of(class, &merged.askings, &in_force)?;
        if !class.routes.iter().any(|route| shadowed.contains(route)) {
            return Ok(asking);
        }
        // Where shadow rules would ask for two purposes, they ask for none.
        let in_shadow = ClassAsking::of(class, &merged.askings, &of_shadow);
        let in_shadow = in_shadow.map_or(Asking::NEVER, |class| class.asking);
        Ok(ClassAsking { in_shadow: Some(in_shadow), ..asking })
    };
    classes.iter().map(asking).collect()
}

/// Where some enforced rule, or the refusal of unmatched requests, could have applied.
fn judged(merged: &Merged, deny_unmatched: bool) -> Judged {
    let enforced =
        merged.rules.iter().zip(&merged.stands).filter(|(rule, _)| rule.mode == Mode::Enforce);
    let routes: HashSet<_> = enforced.flat_map(|(_, routes)| routes.iter().copied()).collect();
    let entries = merged.entries.iter().filter(|entry| routes.contains(&entry.route));
    let mut methods: Vec<_> = entries.map(|entry| entry.methods.clone()).collect();
    methods.dedup();
    Judged { is_unmatched_denied: deny_unmatched, methods }
}

fn too_many_templates(files: &[File]) -> Vec<crate::document::Problem> {
    let Some(file) = files.first() else { return Vec::new() };
    let mut report = Report::new(&file.source);
    let place = file.routes.first().map_or_else(Place::default, |route| route.place);
    let message = "the path templates overlap in too many ways";
    report.add(
        Finding::error("E024", place, message).help("use fewer parameters in front of literals"),
    );
    report.finish()
}

fn impossible_step_up(files: &[File], merged: &Merged, rule: u32) -> Vec<crate::document::Problem> {
    let found = merged.rules.get(rule as usize).zip(merged.places.get(rule as usize));
    let Some((rule, place)) = found else { return Vec::new() };
    let Some(file) = files.get(rule.file) else { return Vec::new() };
    let mut report = Report::new(&file.source);
    let message = format!(
        "the step-up of `{}` and that of another rule on the same route have no `acrValues` in common",
        rule.id
    );
    report.add(
        Finding::error("E010", *place, message)
            .help("no customer could ever meet both: give them a common value"),
    );
    report.finish()
}

fn two_purposes(files: &[File], merged: &Merged, clash: &Clash) -> Vec<crate::document::Problem> {
    let file = merged.route_files.get(clash.route).and_then(|at| files.get(*at));
    let Some(file) = file else { return Vec::new() };
    let mut report = Report::new(&file.source);
    let [one, other] = &clash.purposes;
    let message = format!(
        "requests of `{}` would be looked up for two purposes, `{}` and `{}`",
        clash.class, one.name, other.name
    );
    let help = "customers consent for each purpose, and a lookup has one: name the same one wherever routes share requests";
    report.add(Finding::error("E016", other.place, message).help(help));
    report.finish()
}
