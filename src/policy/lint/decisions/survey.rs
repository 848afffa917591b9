//! What the rules of one class say, point by point.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::policy::Policy;
use crate::policy::domain::Reduced;
use crate::policy::effect::{Assurance, Circumstances, Effect};
use crate::policy::load::RuleDraft;
use crate::policy::rule::{Contribution, Mode, Rule};
use crate::status::LineFacts;

/// What was seen of a rule in one class.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) applies: bool,
    pub(super) counts: bool,
    pub(super) outdone_by: BTreeSet<u32>,
    pub(super) unknown_matters: bool,
    pub(super) unknown_is_strict: bool,
    pub(super) unknown_outdone_by: BTreeSet<u32>,
    /// A digest of what it says at every point.
    pub(super) says: u64,
}

/// Asking more rules at more points than this takes too long for a check.
const MAX_QUESTIONS: u128 = 20_000_000;

/// A rule of the class, and the same rule without an answer of its own to what is unknown.
struct Asked<'a> {
    at: u32,
    rule: &'a Rule,
    without_answer: Option<Rule>,
}

type Drafts<'a> = BTreeMap<&'a str, (usize, &'a RuleDraft)>;

/// `None` where there are too many points.
pub(super) fn survey(
    policy: &Policy,
    class: u32,
    drafts: &Drafts<'_>,
) -> Option<Vec<(u32, Survey)>> {
    let rules: Vec<_> = enforced(policy, class, drafts).collect();
    let domain = Reduced::of(&rules.iter().map(|asked| asked.rule).collect::<Vec<_>>()).domain;
    if domain.size().saturating_mul(rules.len() as u128) > MAX_QUESTIONS {
        return None;
    }
    let mut seen: Vec<_> =
        rules.iter().map(|_| (Survey::default(), DefaultHasher::new())).collect();
    for combination in domain.combinations() {
        let around = Circumstances::from(&Assurance::NONE).facts(combination.attributes());
        for (_, line) in domain.states().iter().filter(|(_, line)| combination.admits(*line)) {
            let line = line.with_number(around.facts);
            let said: Vec<_> = rules
                .iter()
                .map(|asked| asked.rule.contribution(Mode::Enforce, line, &around))
                .collect();
            let point = Point { rules: &rules, said: &said, line, around: &around };
            for (at, (survey, digest)) in seen.iter_mut().enumerate() {
                point.look(at, survey);
                said.get(at).hash(digest);
            }
        }
    }
    let finish = |(asked, (survey, digest)): (&Asked<'_>, (Survey, DefaultHasher))| {
        (asked.at, Survey { says: digest_of(asked.rule, &digest), ..survey })
    };
    Some(rules.iter().zip(seen).map(finish).collect())
}

/// Rules that ask for different step-ups say different things.
fn digest_of(rule: &Rule, said: &DefaultHasher) -> u64 {
    let mut digest = said.clone();
    rule.challenge.hash(&mut digest);
    digest.finish()
}

fn enforced<'a>(
    policy: &'a Policy,
    class: u32,
    drafts: &'a Drafts<'_>,
) -> impl Iterator<Item = Asked<'a>> {
    let positions = policy.table.rules(class).iter();
    let rules = positions.filter_map(|at| Some((*at, policy.rules.get(*at as usize)?)));
    rules.filter(|(_, rule)| rule.mode == Mode::Enforce).map(|(at, rule)| {
        let own = drafts.get(&*rule.id).filter(|(_, draft)| draft.on_unknown_place.is_some());
        let without_answer =
            own.map(|(_, draft)| Rule { on_unknown: draft.fallback, ..rule.clone() });
        Asked { at, rule, without_answer }
    })
}

/// What all rules say at one point.
struct Point<'a> {
    rules: &'a [Asked<'a>],
    said: &'a [Option<Contribution>],
    line: LineFacts,
    around: &'a Circumstances<'a>,
}

impl Point<'_> {
    fn look(&self, at: usize, survey: &mut Survey) {
        let (Some(asked), Some(Some(own))) = (self.rules.get(at), self.said.get(at)) else {
            return;
        };
        survey.applies |= own.reason.is_none();
        match self.outdone(at, own.effect) {
            Some(other) => {
                survey.outdone_by.insert(other);
            }
            None => survey.counts = true,
        }
        let (Some(_), Some(other)) = (own.reason, &asked.without_answer) else { return };
        let fallback = other.contribution(Mode::Enforce, self.line, self.around);
        let strictest = fallback.map_or(own.effect, |fallback| fallback.effect.max(own.effect));
        survey.unknown_is_strict |= strictest > Effect::Allow;
        match self.outdone(at, strictest) {
            Some(other) => {
                survey.unknown_outdone_by.insert(other);
            }
            None => survey.unknown_matters = true,
        }
    }

    /// Another rule that makes this effect of a rule superfluous here.
    fn outdone(&self, at: usize, effect: Effect) -> Option<u32> {
        let own = self.rules.get(at)?;
        let others = self.rules.iter().zip(self.said).filter(|(other, _)| other.at != own.at);
        let enough = others.filter(|(other, said)| {
            let Some(said) = said else { return false };
            let asks_the_same = other.rule.challenge == own.rule.challenge;
            said.effect > effect
                || said.effect == effect && (effect != Effect::StepUp || asks_the_same)
        });
        enough.map(|(other, _)| other.at).next()
    }
}
