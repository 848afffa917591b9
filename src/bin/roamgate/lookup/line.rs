//! The line as the command line writes it.

use roamgate::Line;
use roamgate::line::LineError;

/// A number, or what stands behind `ip:` or `external:`.
pub(super) fn parse(text: &str) -> Result<Line, LineError> {
    match text.split_once(':') {
        Some(("ip", address)) => match address.split_once('/') {
            Some((public, private)) => {
                let address = |text: &str| text.parse().map_err(|_| LineError::NotAnAddress);
                Line::private_ipv4(address(public)?, address(private)?)
            }
            None => Line::parse_address(address),
        },
        Some(("external", identifier)) => Line::external(identifier),
        _ => Line::parse(text),
    }
}
