//! The schema of overrides.

use roamgate::policy::{Override, Policy, Problems, SourceFile};

use crate::support::{Entries, Pair, Row};

pub(super) fn pair() -> Pair {
    Pair {
        schema: Override::schema(),
        check,
        document: DOCUMENT,
        blocks: ROWS,
        others: "id description match reduceTo notBefore effect mode enforce policies reason severity version",
    }
}

/// An override is for rules that there are.
fn check(text: &str) -> Problems {
    let policy = concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: p, owner: o }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca] } }\n",
        "routes: { pay: [{ path: /pay }] }\n",
        "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny }]\n"
    );
    // Whatever it says that it is.
    let mut own = SourceFile::new("o.yaml", text);
    own.kind = SourceFile::new("", "kind: Override").kind;
    let (_, problems) = Policy::check(&[SourceFile::new("p.yaml", policy), own]);
    problems
}

const DOCUMENT: Entries = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "Override"),
    ("metadata", "{ name: o }"),
    ("all", "true"),
    ("set", "off"),
    ("expires", "2027-03-01T06:00:00Z"),
    ("ticket", "INC-1"),
    ("approvedBy", "ciso"),
];
const HEAD: Entries = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "Override"),
    ("metadata", "{ name: o }"),
    ("set", "off"),
    ("expires", "2027-03-01T06:00:00Z"),
    ("ticket", "INC-1"),
    ("approvedBy", "ciso"),
];

const ROWS: &[Row] = &[
    Row { at: "", inside: "<>", entries: &[DOCUMENT, HEAD] },
    Row { at: "/definitions/metadata", inside: "metadata: <>", entries: &[&[("name", "o")]] },
    Row { at: "/definitions/set", inside: "set: <>", entries: &[&[("onUnknown", "allow")]] },
    Row {
        at: "/definitions/set/properties/onUnknown/anyOf/1",
        inside: "set: { onUnknown: <> }",
        entries: &[&[]],
    },
];
