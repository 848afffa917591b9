//! [`Override`]: what holds for one bad night.

use std::sync::Arc;
use std::time::SystemTime;

use super::effect::Circumstances;
use super::keys::OVERRIDE;
use super::load::{File, OverrideDraft};
use super::rule::{Mode, Overriding, Rule, Setting};
use super::table::local;
use super::{FileKind, Policy, RequestClass, SourceFile};
use crate::document::{self, Problems};
use crate::moment::Moment;
use crate::status::LineFacts;

/// An override (`kind: Override`) of a set of policies: for at most 24 hours, rules do not mean
/// what they say.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Override {
    /// `metadata.name`.
    pub name: Arc<str>,
    /// What it sets: `off`, `shadow` or `onUnknown`.
    pub set: &'static str,
    /// The rules that it touches, sorted by their ids. No guardrail is among them.
    pub rules: Vec<Arc<str>>,
    /// It lives from this moment on, if it is there.
    pub begins: Option<SystemTime>,
    /// The first moment at which it no longer lives.
    pub expires: SystemTime,
    /// Where it was decided.
    pub ticket: Arc<str>,
    /// Who decided it.
    pub approved_by: Arc<str>,
}

impl Override {
    /// Does it live at this moment?
    #[must_use]
    pub fn is_live(&self, now: SystemTime) -> bool {
        Moment::from(now).is_within(self.begins, self.expires)
    }

    pub(crate) fn of(draft: &OverrideDraft, files: &[File]) -> Self {
        let all = files.iter().flat_map(|file| &file.rules);
        let touched = all.filter(|rule| rule.overridings.iter().any(|one| one.name == draft.name));
        let mut rules: Vec<_> = touched.map(|rule| Arc::clone(&rule.id)).collect();
        rules.sort_unstable();
        Self {
            name: Arc::clone(&draft.name),
            set: match draft.set {
                Setting::Off => "off",
                Setting::Shadow => "shadow",
                Setting::OnUnknown(_) => "onUnknown",
            },
            rules,
            begins: draft.begins(),
            expires: draft.expires.moment(),
            ticket: Arc::clone(&draft.ticket),
            approved_by: Arc::clone(&draft.approved_by),
        }
    }

    /// The JSON Schema (draft 7) of an override file, for editors.
    ///
    /// ```
    /// assert!(roamgate::policy::Override::schema().contains("\"approvedBy\""));
    /// ```
    #[must_use]
    pub fn schema() -> String {
        let description = "For one bad night, rules do not mean what they say.";
        document::schema(&OVERRIDE, "roamgate override", description)
    }

    /// An override file in its canonical form: no whitespace at the end of lines, one line break at
    /// the end.
    ///
    /// # Errors
    ///
    /// The problems of a file whose syntax is broken, or that is no override.
    pub fn format(file: &SourceFile) -> Result<String, Problems> {
        let source = file.source();
        let formatted = document::format(&source, &source, &OVERRIDE)?;
        let file = SourceFile { kind: FileKind::Override, ..file.clone() };
        let (_, problems) = Policy::check(&[file]);
        let foreign: Problems =
            problems.iter().filter(|problem| problem.code == "E004").cloned().collect();
        if foreign.is_empty() { Ok(formatted) } else { Err(foreign) }
    }
}

impl Policy {
    /// The overrides among the files, whether or not they live, sorted by name.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::policy::{Policy, SourceFile, find};
    ///
    /// let mut files = find(["policies/payments-eea.yaml"])?;
    /// files.push(SourceFile::new("tonight.yaml", "
    /// apiVersion: roamgate/v1
    /// kind: Override
    /// metadata: { name: provider-is-down }
    /// files: [payments-eea]
    /// set: { onUnknown: { outage: allow } }
    /// expires: 2027-03-01T06:00:00Z
    /// ticket: INC-4711
    /// approvedBy: ciso@bank.example
    /// "));
    ///
    /// let policy = Policy::from_files(&files)?;
    /// let [tonight] = policy.overrides() else { panic!("one was read") };
    /// assert_eq!((&*tonight.rules[0], tonight.set), ("payments-outside-eea", "onUnknown"));
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    #[must_use]
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// The overrides without which some rule of the class would say something else of this request,
    /// sorted by name; those too where nobody knows, because nobody asked about the line.
    pub(crate) fn overrides_of(
        &self,
        class: RequestClass,
        line: Option<LineFacts>,
        around: &Circumstances<'_>,
    ) -> Vec<Arc<str>> {
        let line = line.map(|line| line.with_number(around.facts));
        let annotators = self.annotators.of(class).map(|annotator| &annotator.rule);
        let rules = self.rules_of(class).chain(annotators);
        let touched = rules.filter(|rule| is_touched(rule, line, around));
        let living = touched.flat_map(|rule| &rule.overridings).filter(|it| it.is_live(around));
        let mut names: Vec<_> = living.map(|it: &Overriding| Arc::clone(&it.name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Does the rule say something else than it would by itself?
fn is_touched(rule: &Rule, line: Option<LineFacts>, around: &Circumstances<'_>) -> bool {
    if !rule.overridings.iter().any(|one| one.is_live(around)) {
        return false;
    }
    let says_under = |overridings| {
        rule.says_under(overridings, Mode::Enforce, &mut |test| match line {
            Some(line) => test.evaluate(line, around),
            None => local(test, around),
        })
    };
    says_under(&rule.overridings[..]) != says_under(&[])
}
