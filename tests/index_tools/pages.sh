#!/usr/bin/env bash
# Man pages without a warning, and completion tried in each shell that is there. Use: pages.sh XAPIAN_IRGAN
set -euo pipefail
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$program" pages share
touch clicks.tsv

failures=0
# same LABEL WANTED FOUND: both are words in any order
same() {
  local wanted found
  wanted=$(printf '%s\n' $2 | sort | xargs)
  found=$(printf '%s\n' $3 | sort | xargs)
  [ "$wanted" = "$found" ] && return
  echo "$1: wanted '$wanted', found '$found'"
  failures=$((failures + 1))
}

commands=$("$program" --help | sed -n 's/^  \([a-z]\{4,\}\) .*/\1/p')
[ "$(wc -w <<<"$commands")" -gt 10 ]
for command in $commands; do
  [ -s "share/man/man1/xapian-irgan-$command.1" ] || { echo "$command has no man page"; failures=$((failures + 1)); }
done

if command -v man >/dev/null; then
  for page in share/man/man1/*.1; do
    LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" >/dev/null 2>warnings || true
    [ -s warnings ] && { echo "$page:"; cat warnings; failures=$((failures + 1)); }
  done
  LC_ALL=C.UTF-8 MANWIDTH=80 man -l share/man/man1/xapian-irgan-train.1 2>/dev/null | col -b >train.txt
  grep -q -- '--queries FILE' train.txt || { echo "the manual of train lacks --queries"; failures=$((failures + 1)); }
else
  echo "man is not installed: not tried"
fi

# --- bash ---
bash_words() {
  bash --norc -c 'source share/bash-completion/completions/xapian-irgan
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _xapian_irgan; printf "%s\n" "${COMPREPLY[@]}"' completion "$@"
}
same "bash, a command" train "$(bash_words xapian-irgan tra)"
same "bash, a flag" "--queries" "$(bash_words xapian-irgan train --queri)"
same "bash, a named value" "discriminator generator combined" "$(bash_words xapian-irgan train --serve '')"
same "bash, a named value behind =" "generator" "$(bash_words xapian-irgan train --serve = gen)"
same "bash, a file" clicks.tsv "$(bash_words xapian-irgan train --clicks cl)"
same "bash, a number" "" "$(bash_words xapian-irgan train --epochs '')"
same "bash, help" evaluate "$(bash_words xapian-irgan help eva)"

# --- zsh ---
if command -v zsh >/dev/null; then
  cat >try.zsh <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; unset zle_bracketed_paste; fpath=($PWD/share/zsh/vendor-completions $fpath)'
zpty -w shell 'autoload -Uz compinit; compinit -u -D; print read''y'
repeat 100; do sleep 0.1; zpty -r -t shell part && all+=$part; [[ $all == *ready* ]] && break; done
zpty -w -n shell $'xapian-irgan tra\t--queri\tcl\t--serv\tgen\t'
all=
repeat 100; do
  sleep 0.1
  while zpty -r -t shell part; do all+=$part; done
  [[ $all == *generator* ]] && break
done
print -r -- "$all"
END
  shown=$(timeout 60 zsh -f try.zsh | sed 's/\x1b\[[0-9;?]*[a-zA-Z]//g' | tr -d '\r\b')
  for word in train --queries clicks.tsv --serve generator; do
    grep -q -- "$word" <<<"$shown" || { echo "zsh does not complete $word: $shown"; failures=$((failures + 1)); }
  done
else
  echo "zsh is not installed: not tried"
fi

# --- fish ---
if command -v fish >/dev/null; then
  export HOME=$folder XDG_CONFIG_HOME=$folder/config XDG_DATA_HOME=$folder/data
  fish_words() {
    fish --no-config -c "source share/fish/vendor_completions.d/xapian-irgan.fish; complete -C '$1'" | cut -f1
  }
  same "fish, a command" train "$(fish_words 'xapian-irgan tra')"
  same "fish, a flag" "--queries" "$(fish_words 'xapian-irgan train --queri')"
  same "fish, a named value" "discriminator generator combined" "$(fish_words 'xapian-irgan train --serve ')"
  same "fish, a file" clicks.tsv "$(fish_words 'xapian-irgan train --clicks cl')"
else
  echo "fish is not installed: not tried"
fi
exit $((failures > 0))
