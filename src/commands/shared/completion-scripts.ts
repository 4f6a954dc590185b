export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export function isShell(name: string): name is Shell {
  return (shells as readonly string[]).includes(name);
}

/** Each asks `aiplat completion` what may stand last, and completes files where that says nothing. */
export const scripts: Readonly<Record<Shell, string>> = {
  // COMP_WORDS is split at COMP_WORDBREAKS too; aiplat's own words hold none of these but in values.
  bash: `# bash completion for aiplat: source <(aiplat completion bash)
_aiplat() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(aiplat completion -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _aiplat aiplat
`,
  zsh: `#compdef aiplat
# zsh completion for aiplat: source <(aiplat completion zsh), after compinit
_aiplat() {
  local line
  local -a described
  for line in "\${(@f)$(aiplat completion -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    line=\${line//:/\\\\:}
    described+=("\${line/$'\\t'/:}")
  done
  if (( \${#described} )); then _describe aiplat described; else _files; fi
}
compdef _aiplat aiplat
`,
  fish: `# fish completion for aiplat: aiplat completion fish > ~/.config/fish/completions/aiplat.fish
function __aiplat_candidates
    set -l words (commandline -opc) (commandline -ct)
    set -l found (aiplat completion -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c aiplat -f -a '(__aiplat_candidates)'
`,
};
