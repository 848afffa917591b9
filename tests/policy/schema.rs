//! The schema for editors and the loader, kept in step: each block is opened with every key there
//! could be, and what the loader takes is what the schema describes.

use std::collections::BTreeSet;

use roamgate::policy::{Policy, Problem, SourceFile};
use serde_json::Value;

/// A block: where the schema has it, and documents that open it, with `<>` for its entries. Each
/// document has entries of its own, which make it complete.
struct Row {
    at: &'static str,
    inside: &'static str,
    entries: &'static [&'static [(&'static str, &'static str)]],
}

const HEAD: &[(&str, &str)] = &[
    ("apiVersion", "roamgate/v1"),
    ("kind", "RoamingPolicy"),
    ("metadata", "{ name: p, owner: o }"),
    ("defaults", "{ unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca] } }"),
    ("routes", "{ pay: [{ path: /pay }] }"),
    ("rules", "[]"),
];
const SUBJECT: (&str, &str) = ("id", "r");
const MATCH: (&str, &str) = ("match", "{ routes: [pay] }");

const ROWS: &[Row] = &[
    Row { at: "", inside: "", entries: &[HEAD] },
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
        at: "/definitions/line",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: <> }, effect: deny }]",
        entries: &[&[]],
    },
    Row {
        at: "/definitions/shadow",
        inside: "rules: [{ id: r, match: { routes: [pay] }, when: { line: roaming }, effect: deny, shadow: <> }]",
        entries: &[&[]],
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
    because reduceTo notBefore expires approvedBy from to timezone days";

impl Row {
    /// The document with these entries in the block, and the column of the last of them.
    fn document(&self, entries: &[(&str, &str)]) -> (String, usize) {
        let written: Vec<_> =
            entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        if self.at.is_empty() {
            let column = "{ ".len()
                + written[..written.len() - 1].iter().map(|it| it.len() + 2).sum::<usize>();
            return (format!("{{ {} }}\n", written.join(", ")), column + 1);
        }
        let (before, after) = self.inside.split_once("<>").unwrap();
        let all = written.join(", ");
        let last = written.last().map_or(0, String::len);
        let column = before.len() + "{ ".len() + all.len() - last + 1;
        let block = self.inside.split(':').next().unwrap();
        let others = HEAD.iter().filter(|(key, _)| *key != block);
        let others: String = others.map(|(key, value)| format!("{key}: {value}\n")).collect();
        (format!("{before}{{ {all} }}{after}\n{others}"), column)
    }

    /// The problems with a key of the block, beside the entries that make the document complete.
    fn problems(&self, key: &str, value: &str) -> Vec<(Vec<Problem>, usize)> {
        let play = |base: &&[(&'static str, &'static str)]| {
            let mut entries: Vec<_> =
                base.iter().filter(|(name, _)| *name != key).copied().collect();
            entries.push((key, value));
            let (text, column) = self.document(&entries);
            let (_, problems) = Policy::check(&[SourceFile::new("p.yaml", &text)]);
            let errors = problems.iter().filter(|it| it.severity.name() == "error");
            (errors.cloned().collect(), column)
        };
        self.entries.iter().map(play).collect()
    }

    /// Does the loader know the key?
    fn knows(&self, key: &str) -> bool {
        let unknown = |problems: &[Problem], column: usize| {
            problems.iter().any(|problem| {
                let is_here = problem.line == 1 && problem.column as usize == column;
                is_here && ["E000", "E003", "E008", "E012"].contains(&problem.code)
            })
        };
        // A value may be refused before its key is looked at: so two, of which one fits the kind.
        let takes = |value| {
            self.problems(key, value).iter().any(|(problems, column)| !unknown(problems, *column))
        };
        takes("{}") && takes("deny")
    }

    /// The keys the loader lists when it meets one that is like none of them.
    fn listed(&self) -> Vec<String> {
        let told = self.problems("qqqqqqqqqqqqqqqq", "{}");
        let helps = told.iter().flat_map(|(problems, _)| problems).filter_map(|it| it.help.clone());
        let lists = helps.filter_map(|help| Some(help.strip_prefix("the keys are ")?.to_owned()));
        lists
            .flat_map(|list| {
                list.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    }
}

fn schema() -> Value {
    serde_json::from_str(&Policy::schema()).unwrap()
}

fn keys<'a>(schema: &'a Value, at: &str) -> BTreeSet<&'a str> {
    let block = schema.pointer(at).unwrap_or_else(|| panic!("the schema has no block at `{at}`"));
    block["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

/// Calls with every part of the schema and where it stands.
fn walk(at: &str, part: &Value, found: &mut impl FnMut(&str, &Value)) {
    found(at, part);
    match part {
        Value::Object(map) => {
            map.iter().for_each(|(key, part)| walk(&format!("{at}/{key}"), part, found))
        }
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(key, part)| walk(&format!("{at}/{key}"), part, found));
        }
        _ => {}
    }
}

#[test]
fn the_schema_describes_exactly_the_keys_that_the_loader_reads() {
    let schema = schema();
    let described: BTreeSet<_> = ROWS.iter().flat_map(|row| keys(&schema, row.at)).collect();
    let mut breaches = Vec::new();
    for row in ROWS {
        let (here, listed) = (keys(&schema, row.at), row.listed());
        let listed = listed.iter().map(String::as_str);
        let known: BTreeSet<_> =
            described.iter().copied().chain(LANGUAGE.split_whitespace()).chain(listed).collect();
        let known: BTreeSet<_> = known.into_iter().filter(|key| row.knows(key)).collect();
        let missing = known.difference(&here);
        breaches.extend(missing.map(|key| {
            format!("`{key}` in `{}` has no description in src/policy/keys", row.inside)
        }));
        let idle = here.difference(&known);
        breaches.extend(idle.map(|key| {
            format!("`{key}` in `{}` is described, but the loader refuses it", row.inside)
        }));
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_block_of_the_schema_is_held_against_the_loader() {
    let mut blocks = BTreeSet::new();
    walk("", &schema(), &mut |at, part| {
        if part["additionalProperties"] == false {
            blocks.insert(at.to_owned());
        } else if part["type"] == "object" {
            assert!(part["additionalProperties"].is_object(), "`{at}` takes any key");
        }
    });
    assert_eq!(blocks, ROWS.iter().map(|row| row.at.to_owned()).collect(), "see ROWS");
}

#[test]
fn every_key_says_what_it_is_for() {
    let schema = schema();
    for row in ROWS {
        for (key, part) in schema.pointer(row.at).unwrap()["properties"].as_object().unwrap() {
            let description = part["description"].as_str().unwrap_or_default();
            assert!(
                description.len() > 10 && description.ends_with('.'),
                "{}: {key}: `{description}`",
                row.at
            );
        }
    }
    walk("", &schema, &mut |at, part| {
        if let Some(name) = part.get("$ref").and_then(Value::as_str) {
            assert!(schema.pointer(&name[1..]).is_some(), "{at}: `{name}` is not defined");
        }
    });
}

#[test]
fn every_example_and_every_default_loads() {
    let schema = schema();
    for row in ROWS {
        for (key, part) in schema.pointer(row.at).unwrap()["properties"].as_object().unwrap() {
            let examples = part["examples"].as_array().into_iter().flatten();
            for example in examples.chain(part.get("default")) {
                let told = row.problems(key, &example.to_string());
                assert!(
                    told.iter().any(|(problems, _)| problems.is_empty()),
                    "{}: {key}: {example}: {told:?}",
                    row.at
                );
            }
        }
    }
}
