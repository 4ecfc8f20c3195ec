console.log("top level");
