//! The schema of test files.

use std::time::SystemTime;

use roamgate::policy::suite::Suite;
use roamgate::policy::{Policy, Problems, SourceFile};

use crate::support::{Entries, Pair, Row};

pub(super) fn pair() -> Pair {
    Pair {
        schema: Suite::schema(),
        check,
        document: DOCUMENT,
        blocks: ROWS,
        others: "rules defaults owner routes notes expectedBy conditions require unless mode",
    }
}

/// What the facts are, the policies say that are tested.
fn check(text: &str) -> Problems {
    let policy = concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny }\n",
        "attributes: { a.b: { type: number }, a.c: { type: strings }, a.d: { type: string }, journeys: { type: countries } }\n",
        "routes: { payments: [{ path: /pay }] }\n",
        "rules: [{ id: r, match: { routes: [payments], subject.groups: { containsAny: [vip] } }, when: { line: roaming }, effect: deny }]\n"
    );
    let policy = Policy::check(&[SourceFile::new("p.yaml", policy)]).0.unwrap();
    let read = Suite::read(&SourceFile::new("t.yaml", text));
    let run = read.and_then(|suite| suite.run(&policy, SystemTime::UNIX_EPOCH));
    run.err().unwrap_or_default()
}

const DOCUMENT: Entries = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "RoamingPolicyTest"),
    ("metadata", "{ name: t, policies: [p.yaml] }"),
    ("cases", "[{ name: a, route: payments, line: home, expect: allow }]"),
];

const ROWS: &[Row] = &[
    Row { at: "", inside: "<>", entries: &[DOCUMENT] },
    Row {
        at: "/definitions/metadata",
        inside: "metadata: <>",
        entries: &[&[("name", "t"), ("policies", "[p.yaml]")]],
    },
    Row {
        at: "/definitions/case",
        inside: "cases: [<>]",
        entries: &[&[("name", "a"), ("route", "payments"), ("line", "home"), ("expect", "allow")]],
    },
    Row {
        at: "/definitions/proof",
        inside: "forAll: [<>]",
        entries: &[
            &[("name", "a"), ("route", "payments"), ("expect", "allow")],
            &[("name", "a"), ("route", "payments"), ("expectAtLeast", "allow")],
        ],
    },
    Row {
        at: "/definitions/where",
        inside: "forAll: [{ name: a, route: payments, expect: allow, where: <> }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/line",
        inside: "forAll: [{ name: a, route: payments, expect: allow, where: { line: <> } }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/fact",
        inside: concat!(
            "forAll: [{ name: a, route: payments, expect: allow, where: { a.b: <> } }]",
            " || forAll: [{ name: a, route: payments, expect: allow, where: { a.c: <> } }]",
            " || forAll: [{ name: a, route: payments, expect: allow, where: { a.d: <> } }]"
        ),
        entries: &[&[]],
    },
    Row {
        at: "/definitions/window",
        inside: "forAll: [{ name: a, route: payments, expect: allow, where: { time: <> } }]",
        entries: &[&[("timezone", "Europe/Madrid")]],
    },
    Row {
        at: "/definitions/named",
        inside: "forAll: [{ name: a, route: payments, expect: allow, where: { line: { roamingIn: [\"CH\", <>] } } }]",
        entries: &[&[("attribute", "journeys")]],
    },
];
