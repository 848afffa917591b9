//! The schemas of policies, of test files, of manifests and of overrides, and their loaders.

mod overriding;
mod service;
mod suite;

use roamgate::policy::{Policy, SourceFile};

use crate::support::{Entries, Pair, Row};

fn pairs() -> [Pair; 4] {
    let policy = Pair {
        schema: Policy::schema(),
        check: |text| Policy::check(&[SourceFile::new("p.yaml", text)]).1,
        document: DOCUMENT,
        blocks: ROWS,
        others: LANGUAGE,
    };
    [policy, suite::pair(), service::pair(), overriding::pair()]
}

#[test]
fn the_schema_describes_exactly_the_keys_that_the_loader_reads() {
    pairs().iter().for_each(Pair::describes_what_is_read);
}

#[test]
fn the_schema_lists_exactly_the_words_that_the_loader_takes() {
    pairs().iter().for_each(Pair::lists_the_words_that_are_read);
}

#[test]
fn every_block_of_the_schema_is_held_against_the_loader() {
    pairs().iter().for_each(Pair::has_a_row_for_every_block);
}

#[test]
fn every_key_says_what_it_is_for() {
    pairs().iter().for_each(Pair::explains_every_key);
}

#[test]
fn every_example_and_every_default_loads() {
    pairs().iter().for_each(Pair::gives_examples_that_load);
}

const DOCUMENT: Entries = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "RoamingPolicy"),
    ("metadata", "{ name: p, owner: o }"),
    ("defaults", "{ unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca] } }"),
    ("routes", "{ pay: [{ path: /pay }] }"),
    ("rules", "[{ id: abroad, match: { routes: [pay] }, when: { line: abroad }, effect: deny }]"),
];
const SUBJECT: (&str, &str) = ("id", "r");
const MATCH: (&str, &str) = ("match", "{ routes: [pay] }");

const ROWS: &[Row] = &[
    Row { at: "", inside: "<>", entries: &[DOCUMENT] },
    Row { at: "/definitions/metadata", inside: "metadata: <>", entries: &[&[("name", "p")]] },
    Row {
        at: "/definitions/defaults",
        inside: "defaults: <>",
        entries: &[&[("unmatchedRoute", "allow"), ("onUnknown", "deny")]],
    },
    Row {
        at: "/definitions/defaults/properties/onUnknown/anyOf/1",
        inside: "defaults: { unmatchedRoute: allow, onUnknown: <>, stepUp: { acrValues: [sca] } }",
        entries: &[&[("default", "deny")]],
    },
    Row {
        at: "/definitions/stepUp",
        inside: "defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: <> }",
        entries: &[&[("acrValues", "[sca]")]],
    },
    Row {
        at: "/definitions/answers",
        inside: "defaults: { unmatchedRoute: allow, onUnknown: deny, answers: <> }",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/tryAgain",
        inside: "defaults: { unmatchedRoute: allow, onUnknown: deny, answers: { tryAgain: <> } }",
        entries: &[&[]],
    },
    Row { at: "/definitions/freshness", inside: "freshness: <>", entries: &[&[]] },
    Row { at: "/definitions/routeSettings", inside: "routeSettings: { pay: <> }", entries: &[&[]] },
    Row {
        at: "/definitions/route",
        inside: "routes: { pay: [<>] }",
        entries: &[&[("path", "/pay")], &[]],
    },
    Row {
        at: "/definitions/rule",
        inside: "rules: [<>]",
        entries: &[
            &[SUBJECT, MATCH, ("when", "{ line: roaming }"), ("effect", "deny")],
            &[SUBJECT, MATCH, ("require", "{ line: home }"), ("otherwise", "deny")],
            &[
                SUBJECT,
                MATCH,
                ("when", "{ line: roaming }"),
                ("effect", "annotate"),
                ("annotate", "{ responseHeaders: { x-a: b } }"),
            ],
        ],
    },
    Row {
        at: "/definitions/rule/properties/onUnknown/anyOf/1",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny, onUnknown: <> }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/match",
        inside: "rules: [{ id: r, match: <>, when: { line: roaming }, effect: deny }]",
        entries: &[&[("routes", "[pay]")]],
    },
    Row {
        at: "/definitions/condition",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: <>, effect: deny }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/attribute",
        inside: "attributes: { a.b: <> }",
        entries: &[&[("type", "number")], &[("type", "enum"), ("values", "[x]")]],
    },
    Row {
        at: "/definitions/source",
        inside: "attributes: { a.b: { type: country, source: <> } }",
        entries: &[&[("header", "x-country")]],
    },
    Row {
        at: "/definitions/fact",
        inside: concat!(
            "rules: [{ id: r, match: { routes: [pay], a.b: <> }, when: { line: roaming }, effect: deny }]\n",
            "attributes: { a.b: { type: number } }",
            " || rules: [{ id: r, match: { routes: [pay], a.b: <> }, when: { line: roaming }, effect: deny }]\n",
            "attributes: { a.b: { type: strings } }",
            " || rules: [{ id: r, match: { routes: [pay], a.b: <> }, when: { line: roaming }, effect: deny }]\n",
            "attributes: { a.b: { type: string } }"
        ),
        entries: &[&[]],
    },
    Row {
        at: "/definitions/window",
        inside: "rules: [{ id: r, match: { routes: [pay], time: <> }, when: { line: roaming }, effect: deny }]",
        entries: &[&[("timezone", "Europe/Madrid")]],
    },
    Row {
        at: "/definitions/named",
        inside: concat!(
            "rules: [{ id: r, match: { routes: [pay] }, when: { line: { roamingIn: [\"CH\", <>] } }, effect: deny }]\n",
            "attributes: { journeys: { type: countries } }"
        ),
        entries: &[&[("attribute", "journeys")]],
    },
    Row {
        at: "/definitions/line",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: <> }, effect: deny }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/respond",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny, respond: <> }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/problem",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny, respond: { problem: <> } }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/annotate",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: annotate, annotate: <> }]",
        entries: &[&[("requestHeaders", "{ x-a: b }")]],
    },
    Row {
        at: "/definitions/headers",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: annotate, annotate: { unknown: <> } }]",
        entries: &[&[("requestHeaders", "{ x-a: b }")], &[("responseHeaders", "{ x-a: b }")]],
    },
    Row {
        at: "/definitions/shadow",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny, shadow: <> }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/exception",
        inside: concat!(
            "exceptions: [<>]\n",
            "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny }]"
        ),
        entries: &[&[
            ("id", "x"),
            ("rules", "[r]"),
            ("match", "{ line: home }"),
            ("reduceTo", "allow"),
            ("expires", "2027-04-30"),
            ("ticket", "SEC-1"),
        ]],
    },
    Row {
        at: "/definitions/rollout",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny, rollout: <> }]",
        entries: &[&[("percent", "10"), ("sticky", "subject.id")]],
    },
    Row {
        at: "/definitions/accept",
        inside: "lint: [<>]",
        entries: &[&[("accept", "W108"), ("because", "b")]],
    },
    Row {
        at: "/definitions/off",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny, off: <> }]",
        entries: &[&[]],
    },
];

/// The keys of the language, whether this build reads them or not.
const LANGUAGE: &str = "attributes freshness routeSettings conditions exceptions unless respond respondUnknown \
    annotate guardrail rollout lint exceptionsFrom sample expose anyOf not time subject.id subject.groups \
    line.numberCountry line.proof home roaming abroad locatedIn locatedOutside countryChangedWithin differsFrom \
    statusOlderThan type source values lookup maxStatusAge staleWhileRevalidate staleIfError maxWait purpose \
    percent sticky problem headers redirect code title detail requestHeaders responseHeaders unknown accept \
    because wait reduceTo notBefore expires approvedBy from to timezone days";
