#!/usr/bin/env bash
# Fuzzes the decryption for as many seconds as the argument says, with the toolchain that is there: libFuzzer needs
# only what marks the edges, which is in the stable compiler. What it finds stays in the target folder.
set -euo pipefail
cd "$(dirname "$0")"
target=${CARGO_TARGET_DIR:-../../target}
mkdir -p "$target/fuzz/corpus"
marks='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters'
marks+=' -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1'
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="$marks --cfg fuzzing" cargo build --quiet --locked --release --target "$host" --target-dir "$target/fuzz"
"$target/fuzz/$host/release/decrypt" -max_total_time="${1:-60}" -max_len=4096 -timeout=5 -print_final_stats=1 \
    -artifact_prefix="$target/fuzz/" "$target/fuzz/corpus" corpus/decrypt
