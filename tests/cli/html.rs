//! `roamgate table --format html`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use roamgate::Country;
use roamgate::policy::line_states;

use crate::command::{Files, MIXED, roamgate};
use crate::page::{Element, elements};

/// Policies of which the line alone decides.
const LINES_ALONE: [&str; 2] = ["policies/payments-eea.yaml", "policies/streaming.yaml"];

/// Effects by route and line, as the table for programs has them.
type Effects = BTreeMap<(String, String), String>;

fn page(paths: &[&str]) -> String {
    roamgate(&[&["table"], paths, &["--format", "html"]].concat()).fine()
}

fn effects(paths: &[&str]) -> Effects {
    let csv = roamgate(&[&["table"], paths, &["--format", "csv"]].concat()).fine();
    let row = |row: &str| {
        let fields: Vec<_> = row.split(',').map(str::to_owned).collect();
        ((fields[0].clone(), fields[1].clone()), fields[2].clone())
    };
    csv.lines().skip(1).map(row).collect()
}

/// The elements of each route, by its name.
fn routes(page: &str) -> Vec<(String, Vec<Element>)> {
    let mut routes: Vec<(String, Vec<Element>)> = Vec::new();
    for element in elements(page) {
        if element.has_class("route") {
            routes.push((String::new(), Vec::new()));
        } else if element.has_class("rules") {
            break;
        }
        let Some((name, elements)) = routes.last_mut() else { continue };
        if element.name == "span" && element.parent == "h2" {
            *name = element.text.clone();
        }
        elements.push(element);
    }
    routes
}

fn effect_of(element: &Element) -> &str {
    ["allow", "stepUp", "deny"].into_iter().find(|effect| element.has_class(effect)).unwrap()
}

#[test]
fn every_state_of_every_route_is_there_as_text_with_its_effect() {
    let mut told = Effects::new();
    for (route, elements) in routes(&page(&LINES_ALONE)) {
        let mut line = String::new();
        for element in elements {
            match (element.name.as_str(), element.get("scope"), element.parent.as_str()) {
                ("th", "row", _) => line = element.text,
                ("span", _, "td") => {
                    assert_eq!(element.text.trim(), effect_of(&element));
                    told.insert((route.clone(), line.clone()), element.text.trim().to_owned());
                }
                _ => {}
            }
        }
    }
    assert_eq!(told, effects(&LINES_ALONE));
}

#[test]
fn each_country_has_one_tile_on_each_map_in_the_colour_of_its_effect() {
    let expected = effects(&LINES_ALONE);
    for (route, elements) in routes(&page(&LINES_ALONE)) {
        let tiles: Vec<_> = elements.iter().filter(|found| found.has_class("tile")).collect();
        let codes: BTreeSet<_> = tiles.iter().map(|tile| tile.text.as_str()).collect();
        assert_eq!(codes, Country::all().map(Country::code).collect());
        assert_eq!(tiles.len(), Country::COUNT);
        for tile in tiles {
            let cell = (route.clone(), format!("roaming:{}", tile.text));
            assert_eq!(effect_of(tile), expected[&cell], "{cell:?}");
            assert!(tile.has_class(&format!("t-{}", tile.text)));
        }
    }
}

#[test]
fn each_country_has_a_place_of_its_own_and_a_name() {
    let text = page(&["policies/payments-eea.yaml"]);
    for country in Country::all() {
        assert_eq!(text.matches(&format!(".t-{country}{{grid-area:")).count(), 1, "{country}");
        assert!(!text.contains(&format!("\"{country} ({country})")), "{country} has no name");
    }
    for panel in text.split("\n.p").skip(1) {
        let places = panel.lines().filter_map(|line| line.split_once("{grid-area:"));
        let places: Vec<_> = places.map(|(_, place)| place).collect();
        assert_eq!(places.iter().collect::<HashSet<_>>().len(), places.len());
    }
}

#[test]
fn states_that_are_on_no_map_stand_beside_it_with_their_effects() {
    let expected = effects(&LINES_ALONE);
    for (route, elements) in routes(&page(&LINES_ALONE)) {
        let chips = elements.iter().filter(|found| found.has_class("chip"));
        let mut told: Vec<_> = chips.clone().map(|chip| words(&chip.text)).collect();
        let off_the_map = line_states().filter(|(state, _)| !state.contains("roaming:"));
        let mut wanted: Vec<_> = off_the_map
            .map(|(state, _)| {
                let label = state.rsplit(':').next().unwrap().to_owned();
                vec![label, expected[&(route.clone(), state)].clone()]
            })
            .collect();
        told.sort();
        wanted.sort();
        assert_eq!(told, wanted);
        assert!(chips.clone().all(|chip| words(&chip.text)[1] == effect_of(chip)));
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn tiles_and_states_say_which_rule_decided_and_why() {
    let text = page(&["policies/payments-eea.yaml"]);
    for title in [
        "Brazil (BR): deny by payments-outside-eea",
        "Norway (NO): allow, nothing objects",
        "roaming, no country told: stepUp by payments-outside-eea, undecided: countryUnresolved",
        "unknown: no answer for now: stepUp by payments-outside-eea, undecided: timeout",
    ] {
        assert!(elements(&text).iter().any(|found| found.get("title") == title), "{title}");
    }
}

#[test]
fn each_combination_of_facts_that_matters_has_a_map_of_its_own() {
    let found = elements(&page(&["policies/high-value-transfers.yaml"]));
    let mut maps: Vec<(Vec<&str>, BTreeSet<&str>)> = Vec::new();
    for element in &found {
        match (element.name.as_str(), element.parent.as_str()) {
            ("div", "section") if element.has_class("when") => maps.push(Default::default()),
            ("span", "h3") => maps.last_mut().unwrap().0.push(&element.text),
            _ if element.has_class("tile") => {
                maps.last_mut().unwrap().1.insert(effect_of(element));
            }
            _ => {}
        }
    }
    let expected: [(&[&str], &[&str]); 3] = [
        // It needs no lookup, and no map.
        (&["request.amountEur <200"], &[]),
        (
            &[
                "request.amountEur 200..10000 and subject.segment retail or missing",
                "request.amountEur >=200 and subject.segment private or corporate",
            ],
            &["stepUp"],
        ),
        (&["request.amountEur >=10000 and subject.segment retail"], &["deny"]),
    ];
    for (at, (when, effects)) in expected.into_iter().enumerate() {
        assert_eq!(maps[at], (when.to_vec(), effects.iter().copied().collect()));
    }
}

#[test]
fn the_page_says_whose_policy_it_is_and_what_its_rules_are_for() {
    let files = Files::new();
    let path = files.add("mixed.yaml", MIXED);
    let text =
        elements(&page(&[&path])).into_iter().find(|found| found.name == "body").unwrap().text;
    let hash = roamgate(&["table", &path]).fine();
    for part in [
        "mixed",
        "risk@bank.example",
        hash.lines().last().unwrap(),
        "Ships and aircraft confirm.",
        "in shadow: evaluated without effect",
        "roaming in any other country (248)",
        "any line, known or not",
        "no rule expects it",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let text = page(&["policies"]);
    for foreign in ["http:", "https:", "url(", "@import", "src=", "<script", "<link", "<img", " on"]
    {
        let found = text.find(foreign).map(|at| &text[at..at + 60]);
        let is_markup = |found: &str| !foreign.starts_with(' ') || found.contains("=\"");
        assert!(!found.is_some_and(is_markup), "{found:?}");
    }
    assert!(text.contains("content=\"default-src &#39;none&#39;;"));
}

#[test]
fn links_lead_to_places_of_the_page_and_ids_are_unique() {
    let found = elements(&page(&["policies"]));
    let ids: Vec<_> =
        found.iter().map(|found| found.get("id")).filter(|id| !id.is_empty()).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    let links: Vec<_> = found.iter().filter(|found| found.name == "a").collect();
    assert!(!links.is_empty());
    for link in links {
        assert!(ids.contains(&link.get("href").strip_prefix('#').unwrap()), "{link:?}");
    }
}

#[test]
fn elements_stand_only_where_they_may() {
    let phrasing = ["a", "b", "code", "i", "small", "span"];
    for found in elements(&page(&["policies"])) {
        let may = match found.parent.as_str() {
            "ul" => found.name == "li",
            "dl" => found.name == "div",
            "tr" => ["th", "td"].contains(&&*found.name),
            "table" => ["thead", "tbody"].contains(&&*found.name),
            "p" | "span" | "a" | "b" | "h1" | "h2" | "td" | "dt" => {
                phrasing.contains(&&*found.name)
            }
            _ => true,
        };
        assert!(may, "<{}> in <{}>", found.name, found.parent);
    }
}

#[test]
fn what_authors_write_is_text_and_never_markup() {
    let hostile =
        r#"</style><script>alert("1")</script><img src=x onerror='alert(1)'> & &lt;b&gt; {rest}"#;
    let quoted = hostile.replace('\'', "''");
    let policy = MIXED
        .replace("risk@bank.example", &format!("'{quoted}'"))
        .replace("Not there.", &format!("'{quoted}'"));
    let files = Files::new();
    let text = page(&[&files.add("hostile.yaml", &policy)]);
    let found = elements(&text);
    assert!(!found.iter().any(|found| ["script", "img"].contains(&&*found.name)));
    let told: Vec<_> = found.iter().filter(|found| found.text == hostile).collect();
    assert_eq!(told.iter().map(|found| &*found.name).collect::<Vec<_>>(), ["dd", "dd"]);
}

#[test]
fn equal_policies_make_equal_pages() {
    assert_eq!(page(&["policies"]), page(&["policies"]));
}
