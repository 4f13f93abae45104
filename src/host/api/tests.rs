//! HostFacts and APIs belong together.

use std::time::Instant;

use super::*;

#[test]
fn every_forge_can_be_asked() {
    for host in ForgeHost::all() {
        let base = "https://forge.invalid";
        let connection = Connection { base, token: None, certificates: None, deadline: Instant::now() };
        let forge = open(host, Project::parse("acme/prod").unwrap(), &connection).unwrap();
        assert_eq!(forge.http().base(), base);
    }
}
