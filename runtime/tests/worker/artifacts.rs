//! Artifacts: every codec writes what it reads, says what it cannot write, and names the package it lacks.

use std::sync::Arc;

use insta::assert_snapshot;
use standpipe_plan::{Blob, BlobKind, Digest, Shape, Value};
use standpipe_runtime::worker::Produced;

use crate::bench::{Bench, INT, said, with_packages};

fn artifact(codec: &str) -> Shape {
    Shape::Artifact { label: "Model[Customer]".into(), codec: codec.into() }
}

/// Writes what `make` gives with the codec, reads it, and tells what `look` makes of it.
fn round(bench: &mut Bench, codec: &str, make: &str, look: &str) -> String {
    let shape = artifact(codec);
    let produced = match bench.run(make, &shape) {
        Ok(Produced::File { path, kind: BlobKind::Artifact, format, rows: None }) if format == codec => path,
        other => return said(other),
    };
    let kept = bench.folder.path().join(format!("kept.{codec}"));
    std::fs::rename(&produced, &kept).expect("it was made");
    let value = blob(&kept, codec);
    let task = bench.raw(look);
    said(bench.call(&task, &[("m", value, shape)], &Shape::Json).result)
}

fn blob(path: &std::path::Path, codec: &str) -> Value {
    Value::Blob(Arc::new(Blob {
        kind: BlobKind::Artifact,
        digest: Digest::of(b""),
        bytes: 0,
        format: codec.into(),
        rows: None,
        path: Some(path.to_string_lossy().into()),
    }))
}

#[test]
fn codecs_of_the_standard_library() {
    let mut bench = Bench::new();
    assert_snapshot!(round(&mut bench, "pickle", "return {'a': (1, 2)}", "return repr(m)"), @r#""{'a': (1, 2)}""#);
    assert_snapshot!(round(&mut bench, "json", "return {'a': (1, 2.5, None)}", "return m"), @r#"{"a":[1,2.5,null]}"#);
    assert_snapshot!(round(&mut bench, "text", "return 'é\\r\\n'", "return m"), @r#""é\r\n""#);
    assert_snapshot!(round(&mut bench, "png", "return b'\\x89PNG'", "return [m.suffix, m.read_bytes()[1:].decode()]"), @r#"[".png","PNG"]"#);
    let folder =
        "import os\nos.makedirs(checkpoint / 'd')\n(checkpoint / 'd' / 'x').write_text('1')\nreturn checkpoint / 'd'";
    assert_snapshot!(round(&mut bench, "dir", folder, "return [p.name for p in m.iterdir()]"), @r#"["x"]"#);
}

#[test]
fn codecs_of_packages() {
    let mut bench = with_packages();
    let array = "import numpy as np\na = np.arange(6.0).reshape(2, 3)\n";
    let frame = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': ['x', None]})\n";
    let cases = [
        round(&mut bench, "joblib", &format!("{array}return {{'w': a}}"), "return m['w'].tolist()"),
        round(&mut bench, "npy", &format!("{array}return a"), "return m.tolist()"),
        round(&mut bench, "safetensors", &format!("{array}return {{'w': a}}"), "return m['w'].tolist()"),
        round(&mut bench, "parquet", &format!("{frame}return df"), "return m.columns.tolist()"),
        round(&mut bench, "csv", &format!("{frame}return df"), "return m['a'].tolist()"),
        round(
            &mut bench,
            "png",
            "from PIL import Image\nreturn Image.new('L', (2, 2))",
            "return m.read_bytes()[1:4].decode()",
        ),
        round(&mut bench, "onnx", "return b'bytes of a model'", "return 1"),
    ];
    assert_snapshot!(cases.join("\n"), @r#"
        [[0.0,1.0,2.0],[3.0,4.0,5.0]]
        [[0.0,1.0,2.0],[3.0,4.0,5.0]]
        [[0.0,1.0,2.0],[3.0,4.0,5.0]]
        ["a","b"]
        [1,2]
        "PNG"
        E0605 the codec `onnx` needs the package `onnx`, which is not in the environment
          help: add `"onnx"` with a version to the `packages` of the task's `env`
    "#);
}

#[test]
fn what_a_codec_cannot_write_or_read() {
    let mut bench = Bench::new();
    assert_snapshot!(bench.say("return None", &artifact("pickle")), @r"
        E0602 the result came back as nothing, but `Model[Customer]` is declared
          help: add a `return` to the body
    ");
    assert_snapshot!(bench.say("return lambda: 1", &artifact("pickle")), @r"E0604 the result is a function, which cannot be written as `Model[Customer]` by `pickle`: AttributeError: Can't pickle local object 'fit.<locals>.<lambda>'");
    assert_snapshot!(bench.say("return 3", &artifact("text")), @"E0604 the result is the Int 3, but `text` writes a str");
    assert_snapshot!(bench.say("return {'x': float('inf')}", &artifact("json")), @"E0602 `['x']` of the result holds inf, which `Json` has no word for");
    assert_snapshot!(bench.say("return 3", &artifact("joblib")), @r#"
        E0605 the codec `joblib` needs the package `joblib`, which is not in the environment
          help: add `"joblib"` with a version to the `packages` of the task's `env`
    "#);
    assert_snapshot!(bench.say("return 3", &artifact("protobuf")), @r"
        E0606 there is no codec `protobuf`
          help: codecs: csv, dir, joblib, json, npy, onnx, parquet, pickle, png, safetensors, text
    ");
    assert_snapshot!(bench.say("return 'absent'", &artifact("dir")), @r"E0602 the result is the path `absent`, which is not a folder, but `Model[Customer]` is declared");
    let path = bench.folder.path().join("broken");
    std::fs::write(&path, "no pickle").expect("written");
    let task = bench.raw("return 1");
    let inputs = [("m", blob(&path, "pickle"), artifact("pickle"))];
    assert_snapshot!(said(bench.call(&task, &inputs, &INT).result), @r"E0604 input `m` is no `Model[Customer]` that can be read by `pickle`: UnpicklingError: invalid load key, 'n'.");
}

#[test]
fn an_artifact_handed_on_is_the_same_unless_it_was_changed() {
    let mut bench = Bench::new();
    let shape = artifact("pickle");
    let path = match bench.run("return [1, 2]", &shape) {
        Ok(Produced::File { path, .. }) => path,
        other => panic!("{other:?}"),
    };
    let kept = bench.folder.path().join("kept");
    std::fs::rename(path, &kept).expect("it was made");
    let value = blob(&kept, "pickle");
    let inputs = [("m", value.clone(), shape.clone())];
    let task = bench.raw("return m");
    assert_eq!(bench.call(&task, &inputs, &shape).result, Ok(Produced::Same(value)));
    let task = bench.raw("m.append(3)\nreturn m");
    assert!(matches!(bench.call(&task, &inputs, &shape).result, Ok(Produced::File { .. })));
}
