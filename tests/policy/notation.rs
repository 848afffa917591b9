//! Every country code in every notation of YAML, in which some read `NO` as a boolean.

use roamgate::Country;
use roamgate::policy::{Assurance, Effect, Policy, SourceFile, Target, parse_line_state};

use crate::problems::document;

/// Plain, in single and in double quotes.
const NOTATIONS: [&str; 3] = ["<>", "'<>'", "\"<>\""];

/// A route and a rule for each country.
fn policy(notation: &str) -> Policy {
    let each = |line: &dyn Fn(&str) -> String| -> String {
        Country::all().map(|country| line(country.code())).collect()
    };
    let routes = each(&|code| format!("  r-{}: [{{ path: /{code} }}]\n", code.to_lowercase()));
    let rules = each(&|code| {
        let (id, written) = (code.to_lowercase(), notation.replace("<>", code));
        let when = format!("when: {{ line: {{ roamingIn: [{written}] }} }}, effect: deny");
        format!("  - {{ id: r-{id}, match: {{ routes: [r-{id}] }}, {when} }}\n")
    });
    let rest = document("rule", &rules).replace("routes: { pay: [{ path: /pay }] }\n", "");
    Policy::from_yaml("p.yaml", &format!("routes:\n{routes}{rest}")).unwrap()
}

#[test]
fn every_code_names_its_country_in_every_notation() {
    for notation in NOTATIONS {
        let policy = policy(notation);
        for country in Country::all() {
            let path = format!("/{country}");
            let class = policy.classify(&Target::new("GET", &path)).unwrap();
            let effect = |code: &str| {
                let line = parse_line_state(&format!("roaming:{code}")).unwrap();
                policy.decide(class, line, &Assurance::NONE).effect
            };
            let other = if country.code() == "DE" { "FR" } else { "DE" };
            let effects = (effect(country.code()), effect(other));
            assert_eq!(effects, (Effect::Deny, Effect::Allow), "{notation} {country}");
        }
    }
}

#[test]
fn every_code_in_lower_case_is_told_its_upper_case_in_every_notation() {
    let help = |country| ("E006", Some(format!("country codes are upper case: \"{country}\"")));
    let expected: Vec<_> = Country::all().map(help).collect();
    for notation in NOTATIONS {
        let written = Country::all().map(|it| notation.replace("<>", &it.code().to_lowercase()));
        let list = written.collect::<Vec<_>>().join(", ");
        let (_, problems) = Policy::check(&[SourceFile::new("p.yaml", &document("list", &list))]);
        let told: Vec<_> =
            problems.iter().map(|problem| (problem.code, problem.help.clone())).collect();
        assert_eq!(told, expected, "{notation}");
    }
}
