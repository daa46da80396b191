//! Tensors: arrays of NumPy at the boundary, by what they are made of and by their sizes.

use insta::assert_snapshot;
use standpipe_plan::{Blob, BlobKind, Digest, Length, Shape, Value};
use standpipe_runtime::worker::Produced;

use crate::bench::{Bench, said, with_packages};

/// `Tensor[of, sizes…]`: a number as it is, anything else a name.
fn tensor(of: &str, sizes: &[&str]) -> Shape {
    let length = |size: &&str| size.parse().map_or_else(|_| Length::Named((*size).into()), Length::Known);
    Shape::Tensor { of: of.into(), sizes: sizes.iter().map(length).collect() }
}

/// What came of `value`; of an array that it was taken.
fn say(bench: &mut Bench, value: &str, shape: &Shape) -> String {
    match bench.run(&format!("import numpy as np\nreturn {value}"), shape) {
        Ok(Produced::File { kind: BlobKind::Artifact, format, rows: None, .. }) if format == "npy" => "taken".into(),
        other => said(other),
    }
}

/// The array that `make` gives, as an input.
fn kept(bench: &mut Bench, name: &str, make: &str, shape: &Shape) -> Value {
    let made = bench.run(&format!("import numpy as np\nreturn {make}"), shape);
    let Ok(Produced::File { path, .. }) = made else { panic!("{made:?}") };
    let place = bench.folder.path().join(format!("{name}.npy"));
    std::fs::rename(path, &place).expect("it was made");
    Value::Blob(std::sync::Arc::new(Blob {
        kind: BlobKind::Artifact,
        digest: Digest::of(name.as_bytes()),
        bytes: 0,
        format: "npy".into(),
        rows: None,
        path: Some(place.to_string_lossy().into()),
    }))
}

#[test]
fn arrays_are_taken_as_they_are_declared() {
    let mut bench = with_packages();
    let images = tensor("Float32", &["n", "28", "28"]);
    assert_snapshot!(say(&mut bench, "np.zeros((3, 28, 28), np.float32)", &images), @"taken");
    assert_snapshot!(say(&mut bench, "np.zeros((0, 28, 28), 'f4')", &images), @"taken");
    assert_snapshot!(say(&mut bench, "np.arange(3)", &tensor("Int64", &["3"])), @"taken");
    assert_snapshot!(say(&mut bench, "[True, False]", &tensor("Bool", &["_"])), @"taken");
    assert_snapshot!(say(&mut bench, "np.float64(1)", &tensor("Float64", &[])), @"taken");
    assert_snapshot!(say(&mut bench, "np.eye(2)", &tensor("Float64", &["n", "n"])), @"taken");
}

#[test]
fn another_kind_or_size_is_told() {
    let mut bench = with_packages();
    let images = tensor("Float32", &["n", "28", "28"]);
    assert_snapshot!(say(&mut bench, "np.zeros((3, 28, 28))", &images));
    assert_snapshot!(say(&mut bench, "np.zeros((3, 784), 'f4')", &images));
    assert_snapshot!(say(&mut bench, "np.zeros((3, 28, 32), 'f4')", &images));
    assert_snapshot!(say(&mut bench, "np.zeros((2, 3))", &tensor("Float64", &["n", "n"])));
    assert_snapshot!(say(&mut bench, "np.array(['a', 'b'])", &tensor("Int32", &["2"])));
    assert_snapshot!(say(&mut bench, "'text'", &images));
    assert_snapshot!(say(&mut bench, "None", &images));
}

#[test]
fn sizes_are_the_same_through_a_call() {
    let mut bench = with_packages();
    let (rows, labels) = (tensor("Float64", &["n", "2"]), tensor("Int64", &["n"]));
    let x = kept(&mut bench, "x", "np.ones((4, 2))", &rows);
    let y = kept(&mut bench, "y", "np.arange(4)", &labels);
    let short = kept(&mut bench, "short", "np.arange(3)", &labels);
    let task = bench.raw("return x.sum(1) * y");
    let sums = tensor("Float64", &["n"]);
    let inputs = |labels: &Value| [("x", x.clone(), rows.clone()), ("y", labels.clone(), tensor("Int64", &["n"]))];
    let outcome = bench.call(&task, &inputs(&y), &sums).result;
    assert!(matches!(outcome, Ok(Produced::File { .. })), "{outcome:?}");
    assert_snapshot!(said(bench.call(&task, &inputs(&short), &sums).result));
    let wrong = bench.raw("return x.sum(0)");
    assert_snapshot!(said(bench.call(&wrong, &inputs(&y), &sums).result));
    let looked = bench.raw("return [x.dtype.name, list(x.shape), type(x).__name__]");
    assert_snapshot!(said(bench.call(&looked, &inputs(&y), &Shape::Json).result), @r#"["float64",[4,2],"ndarray"]"#);
}
