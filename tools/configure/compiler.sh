# How the probes are compiled. Sourced by detect.sh.

if [ -n "$R_HOME" ]; then
  r_command=$R_HOME/bin/R
else
  r_command=R
fi

# r_config NAME: one of R's compiler settings, nothing if R has none.
r_config() {
  "$r_command" CMD config "$1" 2>/dev/null | grep -v '^ERROR'
}

# r_answer CODE: what R prints for CODE. The user's library folders count, the
# user's start-up code does not.
r_answer() {
  "$r_command" --no-save --no-restore --no-site-file --no-init-file -s \
    -e "$1" 2>/dev/null
}

# cxx_command STD: the compiler with its flags for C++17 or C++20; nothing when
# there is no such compiler.
cxx_command() {
  if [ -n "$SCVIGOR_CXX" ]; then
    say "$SCVIGOR_CXX -std=c++$1"
    return
  fi
  cxx=$(r_config "CXX$1")
  [ -n "$cxx" ] || return
  say "$cxx $(r_config "CXX${1}STD") $(r_config "CXX${1}FLAGS")" \
    "$(r_config CPPFLAGS) $(r_config LDFLAGS)"
}

# quoted PATH: PATH as one word of a command line.
quoted() {
  case $1 in
    *[!A-Za-z0-9_./+:=,@%-]*) printf "'%s'" "$1" ;;
    *) printf '%s' "$1" ;;
  esac
}

# runs COMPILER SOURCE FLAGS LIBS: compiles, links and runs a probe. What it
# prints goes to the variable `answer`, every complaint to the log. The flags
# of a build ask for optimization and symbols; a probe needs neither.
runs() {
  command="$1 -g0 -O0 -U_FORTIFY_SOURCE $3 $(quoted "$2") -o $work/probe $4"
  say "> $command" >> "$log"
  rm -f "$work/probe"
  eval "$command" >> "$log" 2>&1 || return 1
  answer=$($SCVIGOR_EMULATOR "$work/probe" 2>> "$log")
}

# Why the probes failed: the first complaints since `mark_log`, because later
# attempts (other standards, other ABIs) often fail for reasons of their own.
mark_log() { log_start=$(($(wc -l < "$log") + 1)); }
first_complaints() {
  sed -n "$log_start,\$p" "$log" |
    grep -v '^> ' | grep -iE 'error|undefined|cannot|not found|no such' | head -n 6 |
    cut -c 1-200 | sed 's/^/    /'
}

# Folders where the loader looks without being told.
is_standard_lib_dir() {
  case $1 in
    /lib|/usr/lib|/lib64|/usr/lib64) return 0 ;;
    /lib/*-linux-*|/usr/lib/*-linux-*)
      case ${1#*lib/} in */*) return 1 ;; *) return 0 ;; esac ;;
    *) return 1 ;;
  esac
}
