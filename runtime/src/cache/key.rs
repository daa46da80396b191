//! What a step is made of, as one digest: its body, its signature, its environment and its inputs by content. Never
//! where it is written, what its call is called, or where a file lies.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{Body, Digest, NodeId, Plan, Step, Task, Value};

use crate::planted::{Bug, planted};
use crate::sandbox::Tier;

/// Changes whenever a body of the same text means something else.
const MEANING: &[u8] = b"standpipe step 1";

/// A step's key and, for `why`, what it is made of: a name and the start of a digest each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub digest: Digest,
    pub parts: Vec<(SmolStr, SmolStr)>,
}

/// The keys of a plan's steps; what does not depend on inputs is worked out once for each node.
pub(crate) struct Keys<'p> {
    plan: &'p Plan,
    known: FxHashMap<NodeId, Fixed>,
    tier: Tier,
}

/// What the keys of a node's instances share.
struct Fixed {
    body: Part,
    signature: Part,
    /// What the step is kept from; `None` of one that is kept from nothing.
    sandbox: Option<Part>,
    /// What its inputs are called among the parts.
    inputs: Vec<SmolStr>,
}

/// One thing of those that a step is made of.
struct Part {
    name: SmolStr,
    digest: Digest,
    start: SmolStr,
}

impl Part {
    fn new(name: &'static str, digest: Digest) -> Self {
        Self { name: SmolStr::new_static(name), digest, start: digest.start() }
    }
}

impl<'p> Keys<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        Self { plan, known: FxHashMap::default(), tier: Tier::Off }
    }

    /// The keys of a run in which steps are confined so.
    pub(crate) fn confined(&mut self, tier: Tier) {
        self.tier = tier;
        self.known.clear();
    }

    /// The key of node `node` with these inputs in that environment.
    pub(crate) fn key(
        &mut self,
        node: NodeId,
        task: &Task,
        step: &Step,
        inputs: &[Value],
        environment: Option<Digest>,
    ) -> Key {
        let (plan, tier) = (self.plan, self.tier);
        let fixed = self.known.entry(node).or_insert_with(|| Fixed {
            body: Part::new("body", body(plan, task)),
            signature: Part::new("signature", signature(task, step)),
            sandbox: sandbox(tier, task).map(|digest| Part::new("sandbox", digest)),
            inputs: step.inputs.iter().map(|input| smol_str::format_smolstr!("input {}", input.name)).collect(),
        });
        let mut whole = blake3::Hasher::new();
        let mut parts = Vec::with_capacity(inputs.len() + 4);
        let mut add = |name: &SmolStr, digest: Digest, start: SmolStr| {
            whole.update(&digest.0);
            parts.push((name.clone(), start));
        };
        let mut add_part = |part: &Part| add(&part.name, part.digest, part.start.clone());
        if !planted(Bug::KeyWithoutBody) {
            add_part(&fixed.body);
        }
        if !planted(Bug::KeyWithoutSignature) {
            add_part(&fixed.signature);
        }
        if let Some(environment) = environment.filter(|_| !planted(Bug::KeyWithoutEnvironment)) {
            add_part(&Part::new("environment", environment));
        }
        if let Some(sandbox) = fixed.sandbox.as_ref().filter(|_| !planted(Bug::KeyWithoutSandbox)) {
            add_part(sandbox);
        }
        let some = if planted(Bug::KeyWithoutInputs) { 0 } else { inputs.len() };
        for (name, value) in fixed.inputs.iter().zip(inputs).take(some) {
            let mut hasher = blake3::Hasher::new();
            add_value(&mut hasher, value);
            let digest = Digest(*hasher.finalize().as_bytes());
            add(name, digest, digest.start());
        }
        Key { digest: Digest(*whole.finalize().as_bytes()), parts }
    }
}

fn body(plan: &Plan, task: &Task) -> Digest {
    let mut hasher = blake3::Hasher::new();
    add_bytes(&mut hasher, MEANING);
    match &task.body {
        Body::Python { text, origin: _, modules } => {
            add_bytes(&mut hasher, b"python");
            add_bytes(&mut hasher, text.as_bytes());
            add_modules(&mut hasher, plan, modules);
        }
        Body::PythonFunction { module, function, modules } => {
            for part in ["function", module, function] {
                add_bytes(&mut hasher, part.as_bytes());
            }
            add_modules(&mut hasher, plan, modules);
        }
        Body::Shell { text, origin: _ } => {
            add_bytes(&mut hasher, b"shell");
            add_bytes(&mut hasher, text.as_bytes());
        }
        Body::Sql { text, origin: _ } => {
            add_bytes(&mut hasher, b"sql");
            add_bytes(&mut hasher, text.as_bytes());
        }
    }
    Digest(*hasher.finalize().as_bytes())
}

fn add_modules(hasher: &mut blake3::Hasher, plan: &Plan, modules: &[u32]) {
    if planted(Bug::KeyWithoutModules) {
        return;
    }
    for module in modules.iter().filter_map(|index| plan.modules.get(*index as usize)) {
        add_bytes(hasher, module.name.as_bytes());
        add_bytes(hasher, module.text.as_bytes());
        hasher.update(&[u8::from(module.package)]);
    }
}

fn signature(task: &Task, step: &Step) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let shape = |shape| serde_json::to_string(shape).unwrap_or_default();
    add_bytes(&mut hasher, shape(&step.output).as_bytes());
    for input in &step.inputs {
        add_bytes(&mut hasher, input.name.as_bytes());
        add_bytes(&mut hasher, shape(&input.shape).as_bytes());
    }
    hasher.update(&[task.frame as u8]);
    Digest(*hasher.finalize().as_bytes())
}

/// What was made in one tier is not taken for what another would make. A step that is kept from nothing has the key that
/// it always had.
fn sandbox(tier: Tier, task: &Task) -> Option<Digest> {
    let network = task.settings.network.map_or("as the tier has it", |network| if network { "yes" } else { "no" });
    let open = tier == Tier::Off && task.settings.network != Some(false);
    (!open).then(|| Digest::of(format!("sandbox {}, network {network}", tier.name()).as_bytes()))
}

fn add_bytes(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    if !planted(Bug::KeyWithoutLengths) {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
    }
    hasher.update(bytes);
}

/// A value by its content: a tag that keeps kinds apart, then the content with its length.
fn add_value(hasher: &mut blake3::Hasher, value: &Value) {
    let mut tagged = |tag: u8, bytes: &[u8]| {
        hasher.update(&[tag]);
        add_bytes(hasher, bytes);
    };
    match value {
        Value::None => tagged(0, &[]),
        Value::Bool(value) => tagged(1, &[u8::from(*value)]),
        Value::Int(number) => tagged(2, &number.to_le_bytes()),
        Value::Float(number) => tagged(3, &number.to_bits().to_le_bytes()),
        Value::String(text) => tagged(4, text.as_bytes()),
        Value::Duration(nanos) => tagged(5, &nanos.to_le_bytes()),
        Value::Size(bytes) => tagged(6, &bytes.to_le_bytes()),
        Value::Date(text) => tagged(7, text.as_bytes()),
        Value::Time(text) => tagged(8, text.as_bytes()),
        Value::Json(json) => tagged(9, json.to_string().as_bytes()),
        // A range is a list: equal items, equal key.
        Value::List(_) | Value::Range { .. } => {
            let length = value.items().unwrap_or(0);
            tagged(10, &(length as u64).to_le_bytes());
            (0..length).filter_map(|index| value.item(index)).for_each(|item| add_value(hasher, &item));
        }
        Value::Record(fields) => {
            tagged(11, &(fields.len() as u64).to_le_bytes());
            for (name, value) in fields.iter() {
                add_bytes(hasher, name.as_bytes());
                add_value(hasher, value);
            }
        }
        Value::Map(entries) => {
            tagged(12, &(entries.len() as u64).to_le_bytes());
            for (key, value) in entries.iter() {
                add_bytes(hasher, key.as_bytes());
                add_value(hasher, value);
            }
        }
        Value::Path(path) => tagged(13, path.as_bytes()),
        // By its name alone: what it is stays out of everything that is kept.
        Value::Secret(name) => tagged(15, name.as_bytes()),
        Value::Blob(blob) => {
            tagged(14, &blob.digest.0);
            if planted(Bug::KeyWithPlace) {
                add_bytes(hasher, blob.path.as_deref().unwrap_or_default().as_bytes());
            }
            hasher.update(&[blob.kind as u8]);
            add_bytes(hasher, blob.format.as_bytes());
        }
    }
}
