//! One bad handler for each code, made by hand: a small ELF file that is right but for one thing.
//!
//! Made by hand because a compiler's output depends on the machine: on a later Debian even a good one needs a later
//! glibc.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::asset::archive::write;

/// What a small ELF file says of itself.
#[derive(Clone)]
struct Small {
    machine: u16,
    kind: u16,
    entry: u64,
    interpreter: Option<&'static str>,
    libraries: Vec<&'static str>,
    versions: Vec<&'static str>,
}

impl Small {
    fn good(architecture: Architecture) -> Self {
        let (machine, interpreter) = match architecture {
            Architecture::Arm64 => (183, "/lib/ld-linux-aarch64.so.1"),
            Architecture::X86_64 => (62, "/lib64/ld-linux-x86-64.so.2"),
        };
        Self {
            machine,
            kind: 3,
            entry: 64,
            interpreter: Some(interpreter),
            libraries: vec!["libgcc_s.so.1", "libc.so.6"],
            versions: vec!["GLIBC_2.17", "GLIBC_2.34", "GLIBC_2.4"],
        }
    }

    /// Lays out: header, three program headers, loader, strings, versions, dynamic table.
    fn bytes(&self) -> Vec<u8> {
        let mut strings = vec![0];
        let mut intern = |text: &str| {
            let at = strings.len() as u64;
            strings.extend_from_slice(text.as_bytes());
            strings.push(0);
            at
        };
        let libraries: Vec<u64> = self.libraries.iter().map(|name| intern(name)).collect();
        let file = intern("libc.so.6");
        let versions: Vec<u64> = self.versions.iter().map(|name| intern(name)).collect();
        let mut loader = self.interpreter.unwrap_or("").as_bytes().to_vec();
        loader.push(0);

        let loader_at = 64 + 3 * 56;
        let strings_at = loader_at + loader.len() as u64;
        let versions_at = (strings_at + strings.len() as u64).next_multiple_of(8);
        let mut needs = Vec::new();
        needs.extend(1_u16.to_le_bytes());
        needs.extend(u16::try_from(versions.len()).unwrap().to_le_bytes());
        for field in [u32::try_from(file).unwrap(), 16, 0] {
            needs.extend(field.to_le_bytes());
        }
        for (index, name) in versions.iter().enumerate() {
            let next = if index + 1 == versions.len() { 0 } else { 16_u32 };
            needs.extend([0; 8]);
            needs.extend(u32::try_from(*name).unwrap().to_le_bytes());
            needs.extend(next.to_le_bytes());
        }
        let dynamic_at = (versions_at + needs.len() as u64).next_multiple_of(8);
        let mut dynamic: Vec<(u64, u64)> = libraries.iter().map(|at| (1, *at)).collect();
        dynamic.extend([(5, strings_at), (10, strings.len() as u64)]);
        if !versions.is_empty() {
            dynamic.extend([(0x6fff_fffe, versions_at), (0x6fff_ffff, 1)]);
        }
        dynamic.push((0, 0));
        let end = dynamic_at + 16 * dynamic.len() as u64;

        let mut bytes = vec![0x7f, b'E', b'L', b'F', 2, 1, 1];
        bytes.resize(16, 0);
        bytes.extend(self.kind.to_le_bytes());
        bytes.extend(self.machine.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        for field in [self.entry, 64, 0] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend(0_u32.to_le_bytes());
        for field in [64_u16, 56, 3, 64, 0, 0] {
            bytes.extend(field.to_le_bytes());
        }
        let loads = [
            (1, 0, end),
            (
                if self.interpreter.is_some() { 3 } else { 4 },
                loader_at,
                loader.len() as u64,
            ),
            (if dynamic.len() > 3 { 2 } else { 0 }, dynamic_at, end - dynamic_at),
        ];
        for (kind, at, size) in loads {
            bytes.extend(u32::to_le_bytes(kind));
            bytes.extend(4_u32.to_le_bytes());
            for field in [at, at, at, size, size, 1] {
                bytes.extend(u64::to_le_bytes(field));
            }
        }
        bytes.extend(loader);
        bytes.extend(strings);
        bytes.resize(usize::try_from(versions_at).unwrap(), 0);
        bytes.extend(needs);
        bytes.resize(usize::try_from(dynamic_at).unwrap(), 0);
        for (tag, value) in dynamic {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }
}

fn zipped(binary: &[u8]) -> Vec<u8> {
    write(binary, b"{}", &BTreeMap::new()).unwrap()
}

/// Overwrites what stands `offset` bytes behind a record's signature, in the last such record before `name`.
fn patch(zip: &[u8], signature: &[u8], offset: usize, new: &[u8]) -> Vec<u8> {
    let at = zip.windows(4).position(|window| window == signature).unwrap() + offset;
    let mut patched = zip.to_vec();
    patched[at..at + new.len()].copy_from_slice(new);
    patched
}

const CENTRAL: &[u8] = b"PK\x01\x02";

fn refused(zip: &[u8]) -> Vec<Refused> {
    gate(zip, Architecture::Arm64).unwrap_err()
}

#[test]
fn a_good_handler_passes() {
    for architecture in [Architecture::Arm64, Architecture::X86_64] {
        let good = Small::good(architecture);
        gate(&zipped(&good.bytes()), architecture).unwrap();
        let fixed = Small {
            kind: 2,
            ..good.clone()
        };
        gate(&zipped(&fixed.bytes()), architecture).unwrap();
        let linked_statically = Small {
            interpreter: None,
            libraries: Vec::new(),
            versions: Vec::new(),
            ..good
        };
        gate(&zipped(&linked_statically.bytes()), architecture).unwrap();
    }
}

/// Handlers, each bad in one way, with the code that says so.
fn bad() -> Vec<(&'static str, Code, Vec<u8>)> {
    let good = Small::good(Architecture::Arm64);
    let elf = |change: fn(&mut Small)| {
        let mut small = good.clone();
        change(&mut small);
        zipped(&small.bytes())
    };
    let right = zipped(&good.bytes());
    let cut = good.bytes()[..150].to_vec();
    let mut big_endian = good.bytes();
    big_endian[5] = 2;
    vec![
        ("a script", Code::AssetScript, zipped(b"#!/bin/sh\nexec handler\n")),
        ("nothing", Code::AssetNotElf, zipped(b"")),
        ("another system's program", Code::AssetNotElf, zipped(b"MZ\x90\x00")),
        ("a cut file", Code::AssetNotElf, zipped(&cut)),
        ("an object file", Code::AssetNotElf, elf(|small| small.kind = 1)),
        ("a shared library", Code::AssetNotElf, elf(|small| small.entry = 0)),
        ("another byte order", Code::AssetNotElf, zipped(&big_endian)),
        (
            "x86-64",
            Code::AssetMachine,
            zipped(&Small::good(Architecture::X86_64).bytes()),
        ),
        ("RISC-V", Code::AssetMachine, elf(|small| small.machine = 243)),
        (
            "musl's loader",
            Code::AssetInterpreter,
            elf(|small| small.interpreter = Some("/lib/ld-musl-aarch64.so.1")),
        ),
        (
            "a later glibc",
            Code::AssetGlibc,
            elf(|small| small.versions.insert(1, "GLIBC_2.35")),
        ),
        (
            "packed relocations",
            Code::AssetGlibc,
            elf(|small| small.versions.push("GLIBC_ABI_DT_RELR")),
        ),
        (
            "glibc's own affairs",
            Code::AssetGlibc,
            elf(|small| small.versions.push("GLIBC_PRIVATE")),
        ),
        (
            "OpenSSL",
            Code::AssetLibrary,
            elf(|small| small.libraries.push("libssl.so.3")),
        ),
        (
            "a mode that nobody may run",
            Code::AssetMode,
            patch(&right, CENTRAL, 38, &(0o100_644_u32 << 16).to_le_bytes()),
        ),
        (
            "a mode for the owner alone",
            Code::AssetMode,
            patch(&right, CENTRAL, 38, &(0o100_700_u32 << 16).to_le_bytes()),
        ),
        (
            "a zip of another system, without modes",
            Code::AssetMode,
            patch(&right, CENTRAL, 5, &[0]),
        ),
        (
            "250 MB",
            Code::AssetSize,
            patch(&right, CENTRAL, 24, &262_144_000_u32.to_le_bytes()),
        ),
        ("no zip", Code::AssetContents, b"PK".to_vec()),
        ("a cut zip", Code::AssetContents, right[..right.len() - 30].to_vec()),
        (
            "no bootstrap",
            Code::AssetContents,
            patch(&right, CENTRAL, 46, b"Bootstrap"),
        ),
        (
            "a wrong size",
            Code::AssetContents,
            patch(&right, CENTRAL, 24, &5_u32.to_le_bytes()),
        ),
    ]
}

#[test]
fn each_bad_handler_is_refused_by_its_own_code() {
    let mut seen = BTreeSet::new();
    for (what, code, zip) in bad() {
        let refused = refused(&zip);
        assert_eq!(
            refused.iter().map(Refused::code).collect::<Vec<_>>(),
            [code],
            "{what}: {refused:?}"
        );
        assert!(
            !refused[0].hint().is_empty() && !refused[0].to_string().ends_with('.'),
            "{what}"
        );
        let finding = Finding::from(refused[0].clone());
        assert_eq!((finding.code, finding.hints.len()), (code, 1));
        seen.insert(code);
    }
    let every: BTreeSet<_> = Code::ALL
        .iter()
        .copied()
        .filter(|code| code.to_string().starts_with("asset-"))
        .collect();
    assert_eq!(seen, every, "a code without a bad handler");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let bad = Small {
        interpreter: Some("/lib/ld-musl-aarch64.so.1"),
        libraries: vec!["libz.so.1", "libc.so.6", "libstdc++.so.6"],
        versions: vec!["GLIBC_2.38"],
        ..Small::good(Architecture::Arm64)
    };
    let zip = patch(&zipped(&bad.bytes()), CENTRAL, 38, &(0o100_644_u32 << 16).to_le_bytes());
    let text: Vec<String> = refused(&zip).iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "`bootstrap` has the mode 0644 in the zip, and Lambda runs it with 0755",
            "`bootstrap` is loaded by `/lib/ld-musl-aarch64.so.1`, and the runtime has `/lib/ld-linux-aarch64.so.1`",
            "`bootstrap` needs `GLIBC_2.38`, and the runtime has glibc 2.34",
            "`bootstrap` needs the library `libz.so.1`, which the runtime lacks",
            "`bootstrap` needs the library `libstdc++.so.6`, which the runtime lacks",
        ]
    );
}

#[test]
fn a_version_table_that_cannot_be_read_does_not_pass() {
    let good = Small::good(Architecture::Arm64).bytes();
    let needs = good.windows(4).rposition(|window| window == [1, 0, 3, 0]).unwrap();
    let mut more_files = good.clone();
    more_files[needs + 2] = 4;
    let mut outside = good.clone();
    let table = good
        .windows(8)
        .position(|window| window == 0x6fff_fffe_u64.to_le_bytes())
        .unwrap();
    outside[table + 8..table + 16].copy_from_slice(&u64::MAX.to_le_bytes());
    for (what, bytes) in [
        ("a count that is too high", more_files),
        ("an address outside of the file", outside),
    ] {
        let codes: Vec<_> = gate_elf(&bytes, Architecture::Arm64)
            .iter()
            .map(Refused::code)
            .collect();
        assert_eq!(codes, [Code::AssetNotElf], "{what}");
    }
}
