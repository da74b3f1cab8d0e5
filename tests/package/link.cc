// Links what it is told to: a library that lacks a symbol does not link, and one that lacks another library does not
// start.
int main() {}
