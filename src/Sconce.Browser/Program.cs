// What this assembly is for are the functions of Exports, which the page's worker calls: there is nothing to do before.
return;
