"""The version, as in CMakeLists.txt."""

VERSION = "0.2.0"
