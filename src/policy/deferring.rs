//! A policy without the rules that are left to a handler.

use std::sync::Arc;

use super::Policy;
use super::annotate::Annotators;
use super::asking::ClassAsking;
use super::compile::{askers, judging, rules_of};
use super::recording::Recording;
use super::route::Class;
use super::table::Table;

impl Policy {
    /// The same policy, in which rules that ask for one of these facts say nothing. Hash, classes
    /// and positions of rules stay.
    pub(crate) fn deferring(&self, names: &[Arc<str>]) -> Self {
        let is_left: Vec<_> = self.rules.iter().map(|rule| rule.reads(names)).collect();
        let stays = |at: &u32| !is_left.get(*at as usize).is_some_and(|is_left| *is_left);
        let judging = judging(&self.stands);
        let known = |class: &Class| rules_of(class, &judging).into_iter().filter(stays).collect();
        let table =
            Table::compile(&self.rules, &self.classes, known, self.judged.is_unmatched_denied);
        let annotators = self.annotators.without(names, &self.classes);
        Self {
            table,
            askings: self.askings_without(&is_left, &annotators),
            annotators,
            rules: self.rules.clone(),
            entries: self.entries.clone(),
            answers: self.answers.clone(),
            facts: self.facts.clone(),
            automaton: self.automaton.clone(),
            classes: self.classes.clone(),
            route_names: self.route_names.clone(),
            stands: self.stands.clone(),
            route_askings: self.route_askings.clone(),
            judged: self.judged.clone(),
            hash: self.hash,
            file_hashes: self.file_hashes.clone(),
            warnings: self.warnings.clone(),
            is_unsurveyed: self.is_unsurveyed,
            documents: self.documents.clone(),
            overrides: Arc::clone(&self.overrides),
            needs: Arc::clone(&self.needs),
            recording: Recording::of(self.classes.len()),
            routing: Arc::clone(&self.routing),
        }
    }

    /// How the classes ask when these rules are left out, and these annotate.
    fn askings_without(&self, is_left: &[bool], annotators: &Annotators) -> Vec<ClassAsking> {
        let kept = self.rules.iter().zip(&self.stands).zip(is_left);
        let kept = kept.filter(|(_, is_left)| !**is_left).map(|(rule, _)| rule);
        let askers = askers(kept, annotators.all());
        let ask = |(class, known): (&Class, &ClassAsking)| {
            // Purposes that clash only among routes which nobody asks for: they stay apart.
            let asking = ClassAsking::of(class, &self.route_askings, &askers);
            ClassAsking {
                in_shadow: known.in_shadow.clone(),
                ..asking.unwrap_or_else(|_| known.clone())
            }
        };
        self.classes.iter().zip(&self.askings).map(ask).collect()
    }
}
