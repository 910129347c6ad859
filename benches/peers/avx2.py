"""A copy of ONNX Runtime that does not see AVX-512, for machines that have it.

    python avx2.py DIR      # then PYTHONPATH=DIR python peers.py …

The library asks the processor which registers the system keeps (`xgetbv`) and tests the answer for
AVX (`test al, 6`); in the copy that question is answered with "no wider than AVX".
"""

import pathlib
import re
import shutil
import sys

import onnxruntime

QUESTION = re.compile(rb"\x0f\x01\xd0(?=.{8,16}?\xa8\x06)", re.DOTALL)
ANSWER = b"\x6a\x07\x58"  # push 7; pop rax

target = pathlib.Path(sys.argv[1]) / "onnxruntime"
shutil.copytree(pathlib.Path(onnxruntime.__file__).parent, target, dirs_exist_ok=True)
library = next((target / "capi").glob("onnxruntime_pybind11_state*.so"))
code, found = QUESTION.subn(ANSWER, library.read_bytes())
if found == 0:
    shutil.rmtree(target)
    sys.exit(f"{library.name} of ONNX Runtime {onnxruntime.__version__} does not ask as expected")
library.write_bytes(code)
