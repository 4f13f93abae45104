//! SSH: keys, envelopes, allowed signers and revoked keys.

use git_trust::{KeyFingerprint, KeyWindow, RsaBits, Terms, TrustedKeys};
use sequoia_openpgp::types::HashAlgorithm;
use sha2::{Digest as _, Sha256};
use ssh_key::EcdsaCurve;

use super::case::{Case, DAY, Names, PAYLOAD, now};
use crate::common::git::Failure;
use crate::common::ssh_keys::{
    Envelope, SshSigner, allowed, armor, fingerprint, krl, revoking, string, text,
};

pub(crate) fn cases(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let alice = SshSigner::ed25519(1);
    names.add_ssh(&alice, "Alice's SSH key")?;
    let trusted = allowed(&format!("alice@example.com {}\n", alice.text()?))?;
    let mut cases = whole(names, &alice, &trusted)?;
    cases.extend(envelopes(&alice, &trusted)?);
    cases.extend(lines(&alice)?);
    cases.extend(terms(&alice, &trusted)?);
    cases.extend(revoked(&alice, &trusted)?);
    cases.extend(kinds(names)?);
    cases.extend(rsa(names)?);
    cases.extend(security_keys(names)?);
    cases.extend(unsupported(names, &alice)?);
    Ok(cases)
}

fn whole(names: &mut Names, alice: &SshSigner, trusted: &TrustedKeys) -> Result<Vec<Case>, Failure> {
    let mallory = SshSigner::ed25519(2);
    names.add_ssh(&mallory, "Mallory's SSH key")?;
    let other = Envelope { payload: b"tree 0\n", ..Envelope::default() };
    let claims = Envelope { key: Some(alice.blob()?), ..Envelope::default() };
    Ok(vec![
        Case::new("good SSH signature", trusted, alice.sign()?),
        Case::new("SSH, nobody is trusted", &TrustedKeys::default(), alice.sign()?),
        Case::new("SSH, unknown key", trusted, mallory.sign()?),
        Case::new("SSH, another commit's signature", trusted, alice.sign_as(&other)?),
        Case::new("SSH, names Alice's key and is Mallory's", trusted, mallory.sign_as(&claims)?),
    ])
}

fn envelopes(alice: &SshSigner, trusted: &TrustedKeys) -> Result<Vec<Case>, Failure> {
    let base = Envelope::default;
    let good = alice.sign()?;
    let signed = |envelope: Envelope<'_>| alice.sign_as(&envelope);
    let raw = alice.raw(&base().signed())?;
    let longer = base().close(&alice.blob()?, &[raw.clone(), vec![0]].concat());
    let longer_key = base().close(&[alice.blob()?, vec![0]].concat(), &raw);
    let cut = armor(b"SSHSIG\0\0\0\x01\0\0\0\x33");
    let huge = armor(b"SSHSIG\0\0\0\x01\xff\xff\xff\xff");
    let both = [good.clone(), good.clone()].concat();
    Ok(vec![
        Case::new("good SSH signature, SHA-256", trusted, signed(Envelope { hash: "sha256", ..base() })?),
        Case::new("SSH, for files", trusted, signed(Envelope { namespace: "file", ..base() })?),
        Case::new(
            "SSH, for approvals of another program",
            trusted,
            signed(Envelope { namespace: "git@x", ..base() })?,
        ),
        Case::new("SSH, for nothing", trusted, signed(Envelope { namespace: "", ..base() })?),
        Case::new("SSH, another hash", trusted, signed(Envelope { hash: "sha1", ..base() })?),
        Case::new("SSH, another version", trusted, signed(Envelope { version: 2, ..base() })?),
        Case::new("SSH, version 0", trusted, signed(Envelope { version: 0, ..base() })?),
        Case::new("SSH, reserved part used", trusted, signed(Envelope { reserved: "x", ..base() })?),
        Case::new("SSH, bytes behind the envelope", trusted, signed(Envelope { trailer: b"x", ..base() })?),
        Case::new("SSH, bytes behind the signature", trusted, longer),
        Case::new("SSH, bytes behind the key", trusted, longer_key),
        Case::new("SSH, cut off", trusted, cut),
        Case::new("SSH, a length beyond everything", trusted, huge),
        Case::new("SSH, two blocks", trusted, both),
        Case::new("SSH, text before the block", trusted, format!("text\n{good}")),
        Case::new("SSH, damaged base64", trusted, good.replacen('A', "*", 1)),
    ])
}

fn lines(alice: &SshSigner) -> Result<Vec<Case>, Failure> {
    let key = alice.text()?;
    let line = |options: &str| allowed(&format!("alice@example.com {options} {key}\n"));
    let rows: [(&'static str, &str); 10] = [
        ("good SSH signature, allowed for git", "namespaces=\"git\""),
        ("good SSH signature, allowed for several purposes", "Namespaces=\"file,git\""),
        ("SSH, allowed for files only", "namespaces=\"file\""),
        ("SSH, allowed for all but git", "namespaces=\"*,!git\""),
        (
            "good SSH signature, inside the dates of its line",
            "valid-after=\"20260101Z\",valid-before=\"20270101Z\"",
        ),
        ("SSH, before the dates of its line", "valid-after=\"20260922Z\""),
        ("SSH, behind the dates of its line", "valid-before=\"202609211413Z\""),
        ("SSH, local dates that have ended somewhere", "valid-before=\"20260922\""),
        ("SSH, local dates that have not begun somewhere", "valid-after=\"202609210300\""),
        ("SSH, allowed to issue certificates only", "cert-authority"),
    ];
    let mut cases = Vec::new();
    for (name, options) in rows {
        cases.push(Case::new(name, &line(options)?, alice.sign()?));
    }
    let two: [(&'static str, &str); 7] = [
        (
            "good SSH signature, one of two lines is current",
            "a valid-before=\"20200101Z\" KEY\na KEY newer\n",
        ),
        (
            "good SSH signature, the current line has another name",
            "a valid-before=\"20200101Z\" KEY\nb KEY\n",
        ),
        ("SSH, the first line is for files only", "a namespaces=\"file\" KEY\nb KEY\n"),
        ("SSH, the first line is for files only, for everyone", "* namespaces=\"file\" KEY\nb KEY\n"),
        (
            "good SSH signature, the second line has a name of the first",
            "a,b namespaces=\"file\" KEY\nb KEY\n",
        ),
        ("good SSH signature, the second line has every name", "a namespaces=\"file\" KEY\n* KEY\n"),
        ("good SSH signature, the first line is for an authority", "a cert-authority KEY\nb KEY\n"),
    ];
    for (name, file) in two {
        cases.push(Case::new(name, &allowed(&file.replace("KEY", &key))?, alice.sign()?));
    }
    Ok(cases)
}

fn terms(alice: &SshSigner, trusted: &TrustedKeys) -> Result<Vec<Case>, Failure> {
    let with = |terms| TrustedKeys { terms, ..trusted.clone() };
    let month = with(Terms { maximum_age: Some(30 * DAY), ..Terms::default() });
    let key = KeyFingerprint::parse(&fingerprint(&alice.blob()?)).ok_or("a fingerprint")?;
    let window = KeyWindow { valid_from: None, valid_until: Some(now() - DAY) };
    let over = with(Terms { windows: [(key.clone(), window)].into(), ..Terms::default() });
    let forge = with(Terms { forge_keys: vec![key], ..Terms::default() });
    let case = |name, trusted: &TrustedKeys| Ok::<_, Failure>(Case::new(name, trusted, alice.sign()?));
    Ok(vec![
        case("good SSH signature, committed within the policy's age", &month)?.claimed(now() - 29 * DAY),
        case("SSH, committed longer ago than the policy's age", &month)?.claimed(now() - 31 * DAY),
        case("SSH, committed in the future", trusted)?.claimed(now() + DAY),
        case("SSH, key no longer valid by the policy", &over)?,
        case("SSH, dated back into the time in which the policy let the key sign", &over)?
            .claimed(now() - 2 * DAY),
        case("SSH, a forge's own key", &forge)?,
    ])
}

fn revoked(alice: &SshSigner, trusted: &TrustedKeys) -> Result<Vec<Case>, Failure> {
    let blob = alice.blob()?;
    let other = SshSigner::ed25519(9).blob()?;
    let mut sha1 = HashAlgorithm::SHA1.context()?.for_digest();
    sha1.update(&blob);
    let rows: [(&'static str, Vec<u8>); 6] = [
        ("good SSH signature, somebody else is revoked", format!("{} old\n", text(&other)?).into_bytes()),
        ("SSH, revoked in a list", format!("# lost\n{} alice\n", alice.text()?).into_bytes()),
        ("SSH, revoked in a KRL", krl(&[(2, [string(&other), string(&blob)].concat())])),
        ("SSH, revoked in a KRL by SHA-256", krl(&[(5, string(Sha256::digest(&blob)))])),
        ("SSH, revoked in a KRL by SHA-1", krl(&[(3, string(sha1.into_digest()?))])),
        ("good SSH signature, another key in a KRL", krl(&[(2, string(&other))])),
    ];
    let mut cases = Vec::new();
    for (name, file) in rows {
        cases.push(Case::new(name, &revoking(trusted, &file)?, alice.sign()?));
    }
    Ok(cases)
}

fn kinds(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for (name, curve) in [
        ("good SSH signature, ECDSA P-256", EcdsaCurve::NistP256),
        ("good SSH signature, ECDSA P-384", EcdsaCurve::NistP384),
        ("good SSH signature, ECDSA P-521", EcdsaCurve::NistP521),
    ] {
        let signer = SshSigner::ecdsa(curve)?;
        names.add_ssh(&signer, curve.as_str())?;
        cases.push(Case::new(name, &allowed(&format!("* {}\n", signer.text()?))?, signer.sign()?));
    }
    Ok(cases)
}

fn rsa(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let signer = SshSigner::rsa(2048)?;
    names.add_ssh(&signer, "RSA SSH key")?;
    let trusted = allowed(&format!("* {}\n", signer.text()?))?;
    let raised = Terms { minimum_rsa_bits: RsaBits::new(3072).ok_or("a floor")?, ..Terms::default() };
    let raw = signer.raw(&Envelope::default().signed())?;
    let sha1 =
        [string("ssh-rsa"), raw.get(string("rsa-sha2-512").len()..).unwrap_or_default().to_vec()].concat();
    let short = [string("ssh-rsa"), string([1, 0, 1]), string([&[0, 0x80][..], &[1; 127]].concat())].concat();
    names.add(&fingerprint(&short), "short RSA SSH key");
    let weak = allowed(&format!("* {}\n", text(&short)?))?;
    Ok(vec![
        Case::new("good SSH signature, RSA with SHA-512", &trusted, signer.sign()?),
        Case::new(
            "SSH, RSA below the policy's floor",
            &TrustedKeys { terms: raised, ..trusted.clone() },
            signer.sign()?,
        ),
        Case::new("SSH, RSA with SHA-1", &trusted, Envelope::default().close(&signer.blob()?, &sha1)),
        Case::new("SSH, RSA with 1024 bits", &weak, Envelope::default().close(&short, &raw)),
    ])
}

/// A signature as a security key makes it.
fn touched(
    (kind, curve): (&str, &[u8]),
    signer: &SshSigner,
    flags: u8,
    application: &str,
) -> Result<(Vec<u8>, String), Failure> {
    let blob = signer.blob()?;
    let public = ssh_key::PublicKey::from_bytes(&blob)?;
    let point = match public.key_data() {
        ssh_key::public::KeyData::Ecdsa(key) => key.as_sec1_bytes().to_vec(),
        other => other.ed25519().ok_or("a key")?.0.to_vec(),
    };
    let key = [string(kind), curve.to_vec(), string(point), string("ssh:")].concat();
    let envelope = Envelope { key: Some(key.clone()), ..Envelope::default() };
    let tail = [&[flags][..], &7_u32.to_be_bytes()].concat();
    let message =
        [Sha256::digest(application).to_vec(), tail.clone(), Sha256::digest(envelope.signed()).to_vec()];
    let raw = signer.raw(&message.concat())?;
    let data = raw.get(string(signer.algorithm()).len()..).unwrap_or_default();
    Ok((key.clone(), envelope.close(&key, &[string(kind), data.to_vec(), tail].concat())))
}

fn security_keys(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let ed25519 = ("sk-ssh-ed25519@openssh.com", b"".as_slice());
    let curve = string("nistp256");
    let ecdsa = ("sk-ecdsa-sha2-nistp256@openssh.com", curve.as_slice());
    let (first, second) = (SshSigner::ed25519(5), SshSigner::ecdsa(EcdsaCurve::NistP256)?);
    let mut cases = Vec::new();
    for (name, kind, signer, flags, application) in [
        ("good SSH signature by an Ed25519 security key", ed25519, &first, 1, "ssh:"),
        ("good SSH signature by an ECDSA security key", ecdsa, &second, 5, "ssh:"),
        ("SSH, security key that nobody touched", ed25519, &first, 0, "ssh:"),
        ("SSH, ECDSA security key that nobody touched", ecdsa, &second, 4, "ssh:"),
        ("SSH, security key's signature for a web page", ed25519, &first, 1, "example.com"),
    ] {
        let (key, signature) = touched(kind, signer, flags, application)?;
        names.add(&fingerprint(&key), "security key");
        cases.push(Case::new(name, &allowed(&format!("* {}\n", text(&key)?))?, signature));
    }
    let (key, signature) = touched(ecdsa, &second, 1, "ssh:")?;
    let raw = [string("webauthn-sk-ecdsa-sha2-nistp256@openssh.com"), string(PAYLOAD)].concat();
    let trusted = allowed(&format!("* {}\n", text(&key)?))?;
    cases.push(Case::new("SSH, WebAuthn", &trusted, Envelope::default().close(&key, &raw)));
    let unknown = allowed(&format!("* {}\n", first.text()?))?;
    cases.push(Case::new("SSH, security key of which only the bare key is allowed", &unknown, signature));
    Ok(cases)
}

fn unsupported(names: &mut Names, alice: &SshSigner) -> Result<Vec<Case>, Failure> {
    let trusted = allowed(&format!("* {}\n", alice.text()?))?;
    let raw = alice.raw(&Envelope::default().signed())?;
    let quantum = [string("ssh-mldsa44-ed25519@openssh.com"), string([1; 64])].concat();
    let mpint = string([1; 20]);
    let dsa = [string("ssh-dss"), mpint.repeat(4)].concat();
    names.add(&fingerprint(&dsa), "DSA key");
    let signed_dsa = [string("ssh-dss"), string([1; 40])].concat();
    let mixed = [string("rsa-sha2-512"), string([1; 64])].concat();
    let close = |key: &[u8], signature: &[u8]| Envelope::default().close(key, signature);
    Ok(vec![
        Case::new("SSH, post-quantum key", &trusted, close(&quantum, &raw)),
        Case::new(
            "SSH, post-quantum signature",
            &trusted,
            close(&alice.blob()?, &[string("ssh-mldsa44-ed25519@openssh.com"), string("x")].concat()),
        ),
        Case::new("SSH, DSA key", &trusted, close(&dsa, &raw)),
        Case::new("SSH, DSA signature", &trusted, close(&dsa, &signed_dsa)),
        Case::new("SSH, RSA signature by an Ed25519 key", &trusted, close(&alice.blob()?, &mixed)),
    ])
}
