//! Which addresses can be those of a device.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::LineError;

/// The address, if the internet can see it; one that stands for an IPv4 address is that one.
///
/// The blocks for documentation are taken: nobody has them, so that examples and tests may.
pub(super) fn public(address: IpAddr) -> Result<IpAddr, LineError> {
    let address = address.to_canonical();
    let is_hidden = match address {
        IpAddr::V4(address) => address.is_private() || is_shared(address) || is_reserved(address),
        IpAddr::V6(address) => is_hidden(address),
    };
    if is_hidden { Err(LineError::NotPublic) } else { Ok(address) }
}

/// An address that an operator gave a device. Some give out public ones.
pub(super) fn inside(address: Ipv4Addr) -> Result<(), LineError> {
    if is_reserved(address) { Err(LineError::NotInside) } else { Ok(()) }
}

/// What no device has: this network, loopback, link-local, multicast, and all beyond.
fn is_reserved(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    first == 0 || first >= 224 || address.is_loopback() || address.is_link_local()
}

/// Inside the address translation of operators (RFC 6598).
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && second & 0xc0 == 64
}

fn is_hidden(address: Ipv6Addr) -> bool {
    address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || address.is_unicast_link_local()
        || address.is_unique_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_internet_sees_is_public() {
        let hidden = [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.254",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.255.254",
            "192.168.1.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
        ];
        for address in hidden {
            assert_eq!(public(address.parse().unwrap()), Err(LineError::NotPublic), "{address}");
        }
        let seen = ["80.90.34.2", "203.0.113.7", "100.63.0.1", "100.128.0.1", "172.32.0.1"];
        let seen = seen.into_iter().chain(["2001:db8::1", "2a02:9000::1", "64:ff9b::1"]);
        for address in seen {
            assert!(public(address.parse().unwrap()).is_ok(), "{address}");
        }
    }

    #[test]
    fn an_operator_may_give_out_any_address_that_a_device_can_have() {
        for address in ["10.0.0.1", "100.64.0.1", "192.168.0.1", "80.90.34.2"] {
            assert_eq!(inside(address.parse().unwrap()), Ok(()), "{address}");
        }
        for address in ["0.0.0.0", "127.0.0.1", "169.254.0.1", "224.0.0.1", "255.255.255.255"] {
            assert_eq!(inside(address.parse().unwrap()), Err(LineError::NotInside), "{address}");
        }
    }
}
