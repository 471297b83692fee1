//! Codes of what is built from a stack file: the template, and the handler with its zip.

/// Hands these codes, behind those of before, to the next macro of the list.
macro_rules! build_codes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => { $next! { [$($later)*] $($before)*
    [Template]
    TemplateTooLarge = "template-too-large", Error, "A template that CloudFormation will not take",
        why: "CloudFormation takes templates of up to 1,000,000 bytes. One of more than 51,200 goes by way of the \
              assets bucket, and that works by itself.",
        instead: "Shorten the largest property, usually a message of the pool.";

    [Asset]
    AssetScript = "asset-script", Error, "The handler is a script",
        why: "The runtime `provided.al2023` starts `bootstrap` as it is; without the script's interpreter no message is ever delivered.",
        instead: "Let `deployer build` compile the handler, or name its Cargo crate in `function.source`.";
    AssetNotElf = "asset-not-elf", Error, "The handler is not an ELF executable",
        why: "Lambda runs on Linux: a file of another system, a library or a cut file does not start.",
        instead: "Build it again with `deployer build`; when that gives the same, remove `target/deployer` and the build's target folder first.";
    AssetMachine = "asset-machine", Error, "The handler is built for another machine",
        why: "A function of one architecture cannot run the other's instructions: every invocation fails.",
        instead: "Set `function.architecture` to the machine that it is built for, or build it for this one with `deployer build`.";
    AssetInterpreter = "asset-interpreter", Error, "The handler asks for a loader that the runtime lacks",
        why: "A program is started by the loader that it names; musl's or another distribution's is not in `provided.al2023`.",
        instead: "Build for a `-linux-gnu` target with the system's own linker, or link statically.";
    AssetGlibc = "asset-glibc", Error, "The handler needs a C library newer than the runtime's",
        why: "`provided.al2023` has glibc 2.34; the loader refuses a program that names a later version before its first line runs.",
        instead: "Build with cargo-zigbuild or cargo-lambda, which link against the version that is asked for: `pip install cargo-zigbuild ziglang`.";
    AssetLibrary = "asset-library", Error, "The handler needs a library that the runtime lacks",
        why: "`provided.al2023` promises the C library and little else; the loader stops at the first library that is missing.",
        instead: "Link that library statically (most `-sys` crates have a feature for it), or do without it.";
    AssetMode = "asset-mode", Error, "The handler's file is not executable",
        why: "Lambda unzips with the modes in the zip, and starts `bootstrap` only when everyone may run it.",
        instead: "Let `deployer build` make the zip, or store `bootstrap` with the mode 0755 as a Unix file.";
    AssetSize = "asset-size", Error, "The handler is larger than Lambda takes",
        why: "Lambda refuses a package of 262,144,000 bytes (250 MB) or more, unzipped, and a cold start reads every byte of a smaller one.",
        instead: "Build with the profile `lambda`, which strips symbols, and look for large files that are compiled in.";
    AssetContents = "asset-contents", Error, "The zip lacks what must be in it",
        why: "The runtime starts `bootstrap` at the root of the zip, and the handler reads `delivery.json` beside it.",
        instead: "Let `deployer build` make the zip.";
    HandlerNotCompiled = "handler-not-compiled", Error, "A choice of provider types that the handler cannot follow",
        why: "The handler that comes with the deployer is a program already, with every type of provider in it: a choice \
              would change nothing of its size. A crate of your own has the features that its Cargo.toml declares, and no others.",
        instead: "Remove `function.provider_types`, or name sources in `function.source` that have a feature for each type.";
    }};
}
