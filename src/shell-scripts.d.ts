/** A shell script, which the build embeds as text. */
declare module '*.sh' {
  const script: string;
  // biome-ignore lint/style/noDefaultExport: an imported text has no other name
  export default script;
}
