//! Problems as dialogues: what somebody wrote, and what the loader answers.
//!
//! A file under `problems/` holds cases. A case begins with `=== BASE: TITLE`, goes on with the
//! lines that are put into the base document, and after `---` has the exact answer; `loads` is
//! the answer to a text without problems. `=== BASE@MOMENT: TITLE` is judged at a moment. Below a
//! policy, `cases:` begins what its tests try, and `log:` what a log says: `ROUTE, WAIT, COUNT`.
//! `ROAMGATE_BLESS=1` rewrites the answers for review.

use roamgate::policy::service::Manifest;
use roamgate::policy::suite::Suite;
use roamgate::policy::{Observed, Policy, Problems, Review, Severity, SourceFile, Wait};
use std::time::SystemTime;

/// A document that loads, with one gap.
fn base(name: &str) -> &'static str {
    match name {
        "file" => "<>\n",
        "top" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
            "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ path: /pay }] }\n",
            "<>\nrules:\n  - { id: r, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n"
        ),
        "head" => concat!(
            "<>\nroutes: { pay: [{ path: /pay }] }\n",
            "rules:\n  - { id: r, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n"
        ),
        "defaults" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\ndefaults:\n<>\n",
            "routes: { pay: [{ path: /pay }] }\n",
            "rules:\n  - { id: r, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n"
        ),
        "routes" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
            "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes:\n<>\n",
            "rules:\n  - { id: r, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n"
        ),
        other => rule_base(other),
    }
}

/// A document whose gap is among its rules.
fn rule_base(name: &str) -> &'static str {
    match name {
        "rule" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
            "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ path: /pay }] }\n",
            "rules:\n<>\n"
        ),
        "facts" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
            "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ path: /pay }] }\n",
            "attributes:\n  request.amountEur: { type: number }\n  subject.segment: { type: enum, values: [retail, private] }\n",
            "  request.channel: { type: string }\n  subject.flags: { type: strings }\n  request.ipCountry: { type: country }\n",
            "  subject.journeys: { type: countries }\n  subject.vip: { type: boolean }\n",
            "  request.never: { type: boolean }\nlint: [{ accept: W117, because: each case asks for few }]\n",
            "rules:\n<>\n"
        ),
        "high" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o, severity: high }\n",
            "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ path: /pay }] }\n",
            "rules:\n<>\n"
        ),
        "exception" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o, severity: high }\n",
            "defaults: { unmatchedRoute: allow, onUnknown: deny }\n",
            "routes: { pay: [{ path: /pay }], list: [{ path: /list }] }\nrouteSettings: { list: { lookup: never } }\n",
            "rules:\n  - { id: refused, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n",
            "  - { id: embargo, description: d, match: { routes: [pay] }, when: { line: { locatedIn: [IR] } }, effect: deny, guardrail: true }\n",
            "  - { id: night, description: d, match: { routes: [list] }, when: { subject.groups: { containsAny: [guest] } }, effect: deny, unless: { subject.id: { is: me } }, stepUp: { acrValues: [sca] } }\n",
            "exceptions:\n<>\n"
        ),
        "list" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
            "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ path: /pay }] }\n",
            "rules:\n  - id: r\n    description: d\n    match: { routes: [pay] }\n",
            "    when: { line: { roamingIn: [<>] } }\n    effect: deny\n"
        ),
        other => suite_base(other),
    }
}

/// A test file with one gap.
fn suite_base(name: &str) -> &'static str {
    match name {
        "suite" => {
            "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: { name: t, policies: [p.yaml] }\n<>\n"
        }
        "case" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: { name: t, policies: [p.yaml] }\n",
            "cases:\n  - { <> }\n"
        ),
        "proof" => concat!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: { name: t, policies: [p.yaml] }\n",
            "forAll:\n  - { <> }\n"
        ),
        "override" => "apiVersion: roamgate/v1\nkind: Override\nmetadata: { name: o }\n<>\n",
        "overrides alone" => {
            "apiVersion: roamgate/v1\nkind: Override\nmetadata: { name: alone }\n<>\n"
        }
        "service" => "apiVersion: roamgate/v1\nkind: Service\nmetadata: { name: s }\n<>\n",
        other => panic!("there is no base `{other}`"),
    }
}

/// The base document with its gap filled.
pub(crate) fn document(name: &str, fragment: &str) -> String {
    let base = match fragment.starts_with("metadata:") {
        true => base(name).replace("metadata: { name: o }\n", ""),
        false => base(name).to_owned(),
    };
    base.replace("<>", fragment)
}

/// What the loader says of one file.
pub(crate) fn answer(text: &str) -> String {
    answers(&[("p.yaml", text)])
}

/// What the loader says of one file at a moment.
fn answer_at(text: &str, moment: &str) -> String {
    let moment: jiff::Timestamp = moment.parse().unwrap();
    let (_, problems) = Policy::check_at(&[SourceFile::new("p.yaml", text)], moment.into());
    told(&problems)
}

/// What a review says of one file that these cases test.
fn tested_answer(text: &str, cases: &str) -> String {
    let (file, now) = (SourceFile::new("p.yaml", text), SystemTime::UNIX_EPOCH);
    let suite = Suite::read(&SourceFile::new("t.yaml", &document("suite", cases))).unwrap();
    let policy = Policy::from_yaml("elsewhere/p.yaml", text).unwrap();
    let tried = suite.coverage(&policy, now).unwrap();
    let (_, problems) = Policy::review(&[file], Review::at(now).tests(&tried));
    told(&problems)
}

/// What a review says of one file when a log says this of its requests.
fn logged_answer(text: &str, log: &str) -> String {
    let mut observed = Observed::default();
    for line in log.lines().skip(1) {
        let [route, wait, count] = line.trim().split(", ").collect::<Vec<_>>().try_into().unwrap();
        let wait = match wait {
            "none" => Wait::None,
            "inTime" => Wait::InTime,
            "inVain" => Wait::InVain,
            other => panic!("{other}"),
        };
        (0..count.parse().unwrap()).for_each(|_: u32| observed.note(route, wait));
    }
    let file = SourceFile::new("p.yaml", text);
    let (_, problems) = Policy::review(&[file], Review::at(SystemTime::UNIX_EPOCH).log(&observed));
    told(&problems)
}

pub(crate) fn told(problems: &Problems) -> String {
    if problems.is_empty() { "loads\n".to_owned() } else { problems.to_string() }
}

/// What the loader says of several files.
pub(crate) fn answers(files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files.iter().map(|(name, text)| SourceFile::new(name, text)).collect();
    let (policy, problems) = Policy::check(&files);
    let refused = problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(policy.is_none(), refused, "a policy loads exactly where there is no error");
    told(&problems)
}

/// What the reader of test files says of one.
fn suite_answer(text: &str) -> String {
    match Suite::read(&SourceFile::new("t.yaml", text)) {
        Ok(_) => "loads\n".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

/// What the reader of manifests says of one.
fn service_answer(text: &str) -> String {
    let read = Manifest::read(&SourceFile::new("s.yaml", text));
    told(&read.err().unwrap_or_default())
}

/// What the loader says of an override beside its policy; of one that is alone, by itself.
fn override_answer(text: &str, moment: &str) -> String {
    let policy = concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ path: /pay }] }\nrules:\n",
        "  - { id: refused, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: deny }\n",
        "  - { id: embargo, description: d, match: { routes: [pay] }, when: { line: { locatedIn: [IR] } }, effect: deny, guardrail: true }\n",
        "  - { id: told, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: annotate, annotate: { responseHeaders: { x-a: b } } }\n"
    );
    let mut files = vec![SourceFile::new("o.yaml", text)];
    if !text.contains("name: alone") {
        files.push(SourceFile::new("p.yaml", policy));
    }
    told(&match moment {
        "" => Policy::check(&files).1,
        moment => Policy::check_at(&files, moment.parse::<jiff::Timestamp>().unwrap().into()).1,
    })
}

/// The codes of the errors and their lines, the shortest thing that can be compared.
pub(crate) fn errors(text: &str) -> Vec<(&'static str, u32)> {
    let (_, problems) = Policy::check(&[SourceFile::new("p.yaml", text)]);
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| (problem.code, problem.line)).collect()
}

/// The documents of a file of cases.
pub(crate) fn documents(cases: &str) -> Vec<String> {
    cases.split("=== ").skip(1).map(|case| Case::read(case).document()).collect()
}

/// Holds a file of cases against the loader.
pub(crate) fn hold(path: &str) {
    let path = format!("{}/tests/policy/problems/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let cases: Vec<_> = text.split("=== ").skip(1).map(Case::read).collect();
    assert!(!cases.is_empty(), "{path} has no case");
    let actual: String = cases.iter().map(Case::play).collect();
    if std::env::var_os("ROAMGATE_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    for case in &cases {
        assert_eq!(case.play(), case.text(&case.answer), "{path}");
    }
}

/// What somebody wrote, and what the loader answers.
struct Case {
    base: String,
    title: String,
    fragment: String,
    answer: String,
}

impl Case {
    fn read(text: &str) -> Self {
        let (head, rest) = text.split_once('\n').unwrap();
        let (base, title) = head.split_once(": ").expect("a case begins with `=== BASE: TITLE`");
        let (fragment, answer) = rest.split_once("---\n").unwrap_or((rest, ""));
        let [base, title, answer] = [base, title, answer.trim_end_matches('\n')].map(str::to_owned);
        Self {
            base,
            title,
            fragment: fragment.trim_end_matches('\n').to_owned(),
            answer: answer + "\n",
        }
    }

    /// The name of the base, and the moment that counts as now.
    fn base(&self) -> (&str, &str) {
        self.base.split_once('@').unwrap_or((&self.base, ""))
    }

    fn document(&self) -> String {
        document(self.base().0, self.parts().0)
    }

    /// What is put into the base, and the cases below it.
    fn parts(&self) -> (&str, Option<&str>) {
        let is_suite = document(self.base().0, &self.fragment).contains("kind: RoamingPolicyTest");
        let below = ["\ncases:", "\nlog:"].iter().find_map(|word| self.fragment.find(word));
        match below.filter(|_| !is_suite) {
            Some(at) => (&self.fragment[..at], Some(&self.fragment[at + 1..])),
            None => (&self.fragment, None),
        }
    }

    fn play(&self) -> String {
        let (document, (_, moment)) = (self.document(), self.base());
        let says = |kind: &str| document.contains(&format!("kind: {kind}\n"));
        if let (_, Some(cases)) = self.parts() {
            let answer = if cases.starts_with("log:") { logged_answer } else { tested_answer };
            return self.text(&answer(&document, cases));
        }
        if says("Override") {
            return self.text(&override_answer(&document, moment));
        }
        self.text(&match moment {
            "" if says("RoamingPolicyTest") => suite_answer(&document),
            "" if says("Service") => service_answer(&document),
            "" => answer(&document),
            moment => answer_at(&document, moment),
        })
    }

    fn text(&self, answer: &str) -> String {
        format!("=== {}: {}\n{}\n---\n{answer}\n", self.base, self.title, self.fragment)
    }
}
