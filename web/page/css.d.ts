/** Vite makes a file of it beside the script that imports it. */
declare module "*.css";
