//! Presets: what is known of providers, as starting points for aggregator files.
//!
//! Each is a part of an aggregator file. `<…>` stands where only the author knows what to say, with
//! an example between the brackets. Comments tell where a fact comes from: `contract` is what the
//! provider or CAMARA publish, `observed` is what somebody saw.

/// The presets by their names in files.
pub(super) const NAMES: [(&str, &str); 6] = [
    ("telefonica-sandbox", include_str!("presets/telefonica-sandbox.yaml")),
    ("telefonica", include_str!("presets/telefonica.yaml")),
    ("camara-1", include_str!("presets/camara-1.yaml")),
    ("vonage", include_str!("presets/vonage.yaml")),
    ("orange", include_str!("presets/orange.yaml")),
    ("nokia", include_str!("presets/nokia.yaml")),
];
