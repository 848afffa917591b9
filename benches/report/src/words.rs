//! Numbers as they are read.

/// A time with three digits that count: `22.9 ns`, `1.05 µs`, `12 ms`.
pub(crate) fn time(ns: f64) -> String {
    let (value, unit) = match ns {
        ns if ns < 999.5 => (ns, "ns"),
        ns if ns < 999.5e3 => (ns / 1e3, "µs"),
        ns => (ns / 1e6, "ms"),
    };
    format!("{} {unit}", three(value))
}

/// A ratio: `0.42 ×`, `15.3 ×`, `5,120 ×`.
pub(crate) fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2} ×") } else { format!("{} ×", three(ratio)) }
}

/// A count with its thousands set apart.
pub(crate) fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn three(value: f64) -> String {
    match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => count(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_count() {
        let times_of = [0.7, 22.93, 410.2, 999.7, 15_300.0, 12_000_000.0].map(time);
        assert_eq!(times_of, ["0.70 ns", "22.9 ns", "410 ns", "1.00 µs", "15.3 µs", "12.0 ms"]);
        assert_eq!([0.418, 15.33, 5_120.4].map(times), ["0.42 ×", "15.3 ×", "5,120 ×"]);
        assert_eq!([12.0, 1_234_567.0].map(count), ["12", "1,234,567"]);
    }
}
