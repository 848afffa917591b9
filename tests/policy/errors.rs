//! What is refused, and the exact words.

use crate::problems::hold;

#[test]
fn every_error_says_what_to_do() {
    let folder = format!("{}/tests/policy/problems", env!("CARGO_MANIFEST_DIR"));
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let errors =
            text.split("\n\n").filter_map(|part| part.rsplit_once("error[")).map(|it| it.1);
        let silent: Vec<_> = errors.filter(|error| !error.contains(" = help: ")).collect();
        assert!(silent.is_empty(), "{}: {}", path.display(), silent.join("\n\n"));
    }
}

#[test]
fn free_facts_are_understood_or_explained() {
    hold("facts.txt");
}

#[test]
fn places_are_understood_or_explained() {
    hold("places.txt");
}

#[test]
fn syntax_that_hides_something_is_refused() {
    hold("syntax.txt");
}

#[test]
fn keys_and_values_are_known_or_suggested() {
    hold("keys.txt");
}

#[test]
fn scalars_of_another_type_are_refused_where_they_stand() {
    hold("types.txt");
}

#[test]
fn freshness_and_lookups_make_sense_or_are_refused() {
    hold("freshness.txt");
}

#[test]
fn rules_say_one_thing_completely() {
    hold("rules.txt");
}

#[test]
fn conditions_refer_to_what_there_is() {
    hold("conditions.txt");
}

#[test]
fn refusals_are_shaped_as_they_can_be() {
    hold("respond.txt");
}

#[test]
fn exceptions_and_guardrails() {
    hold("exceptions.txt");
}

#[test]
fn annotations_tell_the_application_and_object_to_nothing() {
    hold("annotate.txt");
}

#[test]
fn routes_mean_something_or_are_refused() {
    hold("routes.txt");
}

#[test]
fn what_is_not_built_is_refused_at_its_line() {
    hold("unbuilt.txt");
}

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    hold("warnings.txt");
}

#[test]
fn a_warning_is_accepted_for_a_reason_and_for_a_time() {
    hold("accepts.txt");
}

#[test]
fn test_files_are_understood_or_explained() {
    hold("suites.txt");
}

#[test]
fn overrides_are_understood_or_explained() {
    hold("overrides.txt");
}

#[test]
fn service_files_are_understood_or_explained() {
    hold("services.txt");
}

#[test]
fn rules_that_change_nothing_are_named() {
    hold("decisions.txt");
}

#[test]
fn rules_and_reasons_without_a_test_are_named() {
    hold("untested.txt");
}

#[test]
fn logs_tell_what_waiting_is_like() {
    hold("logged.txt");
}
